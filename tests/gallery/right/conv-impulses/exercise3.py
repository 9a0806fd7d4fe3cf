import numpy as np


CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [w[8 - i] * x_1 + C[i] for i in range(9)]


def dv_dx1(w):
    return list(reversed(w))


def dloss_dx1(w, dy):
    return sum(d * v for d, v in zip(dy, dv_dx1(w)))


def forward(X, w):
    H, W = X.shape
    padded = np.zeros((H + 2, W + 2))
    padded[1:-1, 1:-1] = X
    return sum(w[a, b] * padded[a : a + H, b : b + W] for a in range(3) for b in range(3))


def conv3x3_backward_input(dY, w):
    dX = np.zeros_like(dY)
    for place in np.ndindex(dY.shape):
        impulse = np.zeros_like(dY)
        impulse[place] = 1
        dX[place] = np.sum(dY * forward(impulse, w))
    return dX


def conv3x3_backward_weight(dY, X):
    impulses = np.eye(9).reshape(9, 3, 3)
    return np.array([np.sum(dY * forward(X, one)) for one in impulses]).reshape(3, 3)
