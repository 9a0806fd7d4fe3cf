import numpy as np

CONVENTION = "convolution"


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [w[i] * x_1 + C[i] for i in range(9)]


def dv_dx1(w):
    return list(w)


def dloss_dx1(w, dy):
    return sum(d * v for d, v in zip(dy, dv_dx1(w)))


def pairs(H, W):
    for i in range(H):
        for j in range(W):
            for a in range(3):
                for b in range(3):
                    p, q = i - a + 1, j - b + 1
                    if 0 <= p < H and 0 <= q < W:
                        yield i, j, a, b, p, q


def conv3x3_backward_input(dY, w):
    dX = np.zeros(dY.shape)
    for i, j, a, b, p, q in pairs(*dY.shape):
        dX[p, q] += dY[i, j] * w[a, b]
    return dX


def conv3x3_backward_weight(dY, X):
    dw = np.zeros((3, 3))
    for i, j, a, b, p, q in pairs(*X.shape):
        dw[a, b] += dY[i, j] * X[p, q]
    return dw
