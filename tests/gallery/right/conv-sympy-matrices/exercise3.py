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


import sympy


def conv3x3_backward_input(dY, w):
    H, W = dY.shape

    def entry(p, q):
        return sum(
            float(dY[i, j] * w[p - i + 1, q - j + 1])
            for i in range(max(0, p - 1), min(H, p + 2))
            for j in range(max(0, q - 1), min(W, q + 2))
        )

    return sympy.Matrix(H, W, entry)


def conv3x3_backward_weight(dY, X):
    P = np.pad(X, 1)
    H, W = X.shape
    return sympy.Matrix(3, 3, lambda a, b: sympy.Float(float((dY * P[a : a + H, b : b + W]).sum()), 17))
