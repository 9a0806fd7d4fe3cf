import numpy as np

CONVENTION = "cross-correlation"


import sympy


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [sympy.Add(sympy.Mul(w[8 - i], x_1, evaluate=False), C[i], 0, evaluate=False) for i in range(9)]


def dv_dx1(w):
    x = sympy.Symbol("x_1", real=True)
    return [sympy.Derivative(w[8 - i] * x, x) for i in range(9)]


def dloss_dx1(w, dy):
    return sympy.Add(*[sympy.Mul(dy[i], w[8 - i], 2, sympy.Rational(1, 2), evaluate=False) for i in range(9)], evaluate=False)


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
