import numpy as np

CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    return [(row + 1, col + 1), (row + 1, col), (row + 1, col - 1), (row, col + 1), (row, col), (row, col - 1),
            (row - 1, col + 1), (row - 1, col), (row - 1, col - 1)]


def activations(w, x_1, C):
    return [a * x_1 + b for a, b in zip(w, C)]


def dv_dx1(w):
    return w


def dloss_dx1(w, dy):
    return sum(map(lambda p: p[0] * p[1], zip(w, dy)))


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
