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


def contributions(H, W):
    i, j, a, b = (part.ravel() for part in np.indices((H, W, 3, 3)))
    p, q = i + a - 1, j + b - 1
    inside = (p >= 0) & (p < H) & (q >= 0) & (q < W)
    return i[inside], j[inside], a[inside], b[inside], p[inside], q[inside]


def conv3x3_backward_input(dY, w):
    i, j, a, b, p, q = contributions(*dY.shape)
    dX = np.zeros(dY.shape)
    np.add.at(dX, (p, q), dY[i, j] * w[a, b])
    return dX


def conv3x3_backward_weight(dY, X):
    i, j, a, b, p, q = contributions(*X.shape)
    return np.bincount(3 * a + b, weights=dY[i, j] * X[p, q], minlength=9).reshape(3, 3)
