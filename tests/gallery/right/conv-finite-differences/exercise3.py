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


def forward(X, w):
    H, W = X.shape
    P = np.pad(X, 1)
    return np.array([[np.sum(w * P[i : i + 3, j : j + 3]) for j in range(W)] for i in range(H)])


def conv3x3_backward_input(dY, w):
    dX = np.zeros_like(dY)
    for place in np.ndindex(*dY.shape):
        e = np.zeros_like(dY)
        e[place] = 1e-3
        dX[place] = np.sum(dY * (forward(e, w) - forward(-e, w))) / 2e-3
    return dX


def conv3x3_backward_weight(dY, X):
    dw = np.zeros((3, 3))
    for place in np.ndindex(3, 3):
        e = np.zeros((3, 3))
        e[place] = 1e-3
        dw[place] = np.sum(dY * (forward(X, e) - forward(X, -e))) / 2e-3
    return dw
