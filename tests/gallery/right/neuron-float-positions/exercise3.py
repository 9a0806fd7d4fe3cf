import numpy as np

CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    return np.array([row, col]) + np.array([(i, j) for i in (1.0, 0.0, -1.0) for j in (-1.0, 0.0, 1.0)])


def activations(w, x_1, C):
    w = [w[3 * i : 3 * i + 3] for i in range(3)]
    flat = [w[0][2], w[0][1], w[0][0], w[1][2], w[1][1], w[1][0], w[2][2], w[2][1], w[2][0]]
    return [c + x_1 * k for c, k in zip(C, flat)]


def dv_dx1(w):
    return [w[k] for k in (2, 1, 0, 5, 4, 3, 8, 7, 6)]


def dloss_dx1(w, dy):
    total = 0
    for i, k in enumerate((2, 1, 0, 5, 4, 3, 8, 7, 6)):
        total = total + dy[i] * w[k]
    return total


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
