import numpy as np

CONVENTION = "cross-correlation"


ORDER = [(0, 0), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]


def affected_outputs(row, col):
    return [(row + a, col + b) for a, b in ORDER]


def activations(w, x_1, C):
    return [w[3 * (1 - a) + 1 - b] * x_1 + C[i] for i, (a, b) in enumerate(ORDER)]


def dv_dx1(w):
    return [w[3 * (1 - a) + 1 - b] for a, b in ORDER]


def dloss_dx1(w, dy):
    return sum(dy[i] * w[3 * (1 - a) + 1 - b] for i, (a, b) in enumerate(ORDER))


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
