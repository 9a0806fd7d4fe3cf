import numpy as np

CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    return [[row + i, col + j] for j in (-1, 0, 1) for i in (-1, 0, 1)]


def activations(w, x_1, C):
    order = [8, 5, 2, 7, 4, 1, 6, 3, 0]
    return [w[k] * x_1 + c for k, c in zip(order, C)]


def dv_dx1(w):
    return [w[8], w[5], w[2], w[7], w[4], w[1], w[6], w[3], w[0]]


def dloss_dx1(w, dy):
    return (
        dy[0] * w[8] + dy[1] * w[5] + dy[2] * w[2] + dy[3] * w[7] + dy[4] * w[4] + dy[5] * w[1]
        + dy[6] * w[6] + dy[7] * w[3] + dy[8] * w[0]
    )


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    dX = np.zeros((H + 2, W + 2))
    for i in range(H):
        for j in range(W):
            dX[i : i + 3, j : j + 3] += dY[i, j] * w
    return dX[1:-1, 1:-1]


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    P = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for i in range(H):
        for j in range(W):
            dw += dY[i, j] * P[i : i + 3, j : j + 3]
    return dw
