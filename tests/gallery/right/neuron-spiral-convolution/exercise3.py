import numpy as np

CONVENTION = "convolution"


ORDER = [(0, 0), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]


def affected_outputs(row, col):
    return [(row + a, col + b) for a, b in ORDER]


def activations(w, x_1, C):
    return [w[3 * (1 + a) + 1 + b] * x_1 + C[i] for i, (a, b) in enumerate(ORDER)]


def dv_dx1(w):
    return [w[3 * (1 + a) + 1 + b] for a, b in ORDER]


def dloss_dx1(w, dy):
    return sum(dy[i] * w[3 * (1 + a) + 1 + b] for i, (a, b) in enumerate(ORDER))


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    P = np.pad(dY, 1)
    return sum(w[a, b] * P[a : a + H, b : b + W] for a in range(3) for b in range(3))


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    P = np.pad(X, 1)
    return np.array([[np.sum(dY * P[2 - a : 2 - a + H, 2 - b : 2 - b + W]) for b in range(3)] for a in range(3)])
