import numpy as np

CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [w[8 - i] * x_1 + C[i] for i in range(9)]


def dv_dx1(w):
    return w[::-1]


def dloss_dx1(w, dy):
    return sum(d * v for d, v in zip(dy, dv_dx1(w)))


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    dX = np.zeros((H + 2, W + 2))
    for i in range(H):
        for j in range(W):
            window = dX[i : i + 3, j : j + 3]
            window += dY[i, j] * w
            dX[i : i + 3, j : j + 3] += window
    return dX[1:-1, 1:-1]


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    P = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for i in range(H):
        for j in range(W):
            dw += dY[i, j] * P[i : i + 3, j : j + 3]
    return dw
