import numpy as np

CONVENTION = "cross-correlation"


import sympy


def affected_outputs(row, col):
    return tuple((row + k // 3 - 1, col + k % 3 - 1) for k in range(9))


def activations(w, x_1, C):
    patch = sympy.Matrix(3, 3, w)
    result = []
    for k in range(9):
        i, j = divmod(k, 3)
        result.append(C[k] + x_1 * patch[2 - i, 2 - j])
    return tuple(result)


def dv_dx1(w):
    x = sympy.Symbol("x_1", real=True)
    C = [sympy.Symbol(f"C_{i}") for i in range(1, 10)]
    return [y.diff(x) for y in activations(w, x, C)]


def dloss_dx1(w, dy):
    return sympy.expand(sum(g * v for g, v in zip(dy, dv_dx1(w))))


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
