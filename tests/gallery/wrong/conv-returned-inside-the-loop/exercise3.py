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


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    dX = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            for a in range(3):
                for b in range(3):
                    p, q = i + a - 1, j + b - 1
                    if 0 <= p < H and 0 <= q < W:
                        dX[p, q] += dY[i, j] * w[a, b]
            return dX


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    dw = np.zeros((3, 3))
    for a in range(3):
        for b in range(3):
            for i in range(H):
                for j in range(W):
                    p, q = i + a - 1, j + b - 1
                    if 0 <= p < H and 0 <= q < W:
                        dw[a, b] += dY[i, j] * X[p, q]
    return dw
