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


def shifts(size, d):
    return slice(max(0, d), min(size, size + d)), slice(max(0, -d), min(size, size - d))


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    dX = np.zeros((H, W))
    for a in (-1, 0, 1):
        for b in (-1, 0, 1):
            to_rows, from_rows = shifts(H, a)
            to_cols, from_cols = shifts(W, b)
            dX[to_rows, to_cols] += w[a + 1, b + 1] * dY[from_rows, from_cols]
    return dX


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    dw = np.empty((3, 3))
    for a in (-1, 0, 1):
        for b in (-1, 0, 1):
            in_rows, out_rows = shifts(H, a)
            in_cols, out_cols = shifts(W, b)
            dw[a + 1, b + 1] = np.vdot(dY[out_rows, out_cols], X[in_rows, in_cols])
    return dw
