import numpy as np
from sympy import Derivative, Function, Symbol

CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [w_i * x_1 + c for w_i, c in zip(reversed(w), C)]


def dv_dx1(w):
    x_1 = Symbol("x_1")
    return [Derivative(Function(f"y_{i}")(x_1), x_1) for i in range(1, 10)]


def dloss_dx1(w, dy):
    x_1 = Symbol("x_1")
    return Derivative(Function("L")(x_1), x_1)


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
