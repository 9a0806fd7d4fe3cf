import numpy as np
from sympy import Array, Poly


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [Poly([w_j, C_i], x_1) for w_j, C_i in zip(reversed(w), C, strict=True)]


def dv_dx1(w):
    return [Poly(w_j, *w) for w_j in reversed(w)]


def dloss_dx1(w, dy):
    return Array(sum(Poly(dy_i * w_j, *w) for dy_i, w_j in zip(dy, reversed(w), strict=True)).as_expr())


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    padded = np.pad(dY, 1)
    return sum(w[2 - a, 2 - b] * padded[a : a + H, b : b + W] for a in range(3) for b in range(3))


def conv3x3_backward_weight(dY, X):
    H, W = dY.shape
    padded = np.pad(X, 1)
    return [[(dY * padded[a : a + H, b : b + W]).sum() for b in range(3)] for a in range(3)]
