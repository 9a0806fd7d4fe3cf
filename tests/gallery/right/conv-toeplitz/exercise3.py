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


def matrix(H, W, w):
    T = np.zeros((H * W, H * W))
    for i in range(H):
        for j in range(W):
            for a in (-1, 0, 1):
                for b in (-1, 0, 1):
                    if 0 <= i + a < H and 0 <= j + b < W:
                        T[i * W + j, (i + a) * W + j + b] = w[a + 1, b + 1]
    return T


def conv3x3_backward_input(dY, w):
    return (matrix(*dY.shape, w).T @ dY.ravel()).reshape(dY.shape)


def conv3x3_backward_weight(dY, X):
    dw = []
    for k in range(9):
        unit = np.zeros(9)
        unit[k] = 1
        dw.append(dY.ravel() @ matrix(*X.shape, unit.reshape(3, 3)) @ X.ravel())
    return np.reshape(dw, (3, 3))
