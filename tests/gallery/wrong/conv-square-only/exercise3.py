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
    n = len(dY)
    P = np.pad(dY, 1)
    dX = np.zeros_like(dY)
    for i in range(n):
        for j in range(n):
            dX[i, j] = np.sum(w[::-1, ::-1] * P[i : i + 3, j : j + 3])
    return dX


def conv3x3_backward_weight(dY, X):
    n = len(X)
    P = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for i in range(n):
        for j in range(n):
            dw += dY[i, j] * P[i : i + 3, j : j + 3]
    return dw
