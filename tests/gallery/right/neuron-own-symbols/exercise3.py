import numpy as np

CONVENTION = "cross-correlation"


import sympy

w_ = sympy.symbols("w_1:10")
x_ = sympy.Symbol("x_1")
C_ = sympy.symbols("C_1:10")
dy_ = sympy.symbols("dy_1:10")


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [w_[8 - i] * x_ + C_[i] for i in range(9)]


def dv_dx1(w):
    return [sympy.diff(y, x_) for y in activations(w, x_, C_)]


def dloss_dx1(w, dy):
    return sum(a * b for a, b in zip(dy_, dv_dx1(w)))


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
