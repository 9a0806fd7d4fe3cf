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
    out = np.zeros((H + 2, W + 2))
    for i in range(H):
        for a in range(3):
            out[i + a] += np.convolve(dY[i], w[a])
    return out[1 : H + 1, 1 : W + 1]


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    dw = np.zeros((3, 3))
    for a in range(3):
        for i in range(H):
            if 0 <= i + a - 1 < H:
                dw[a] += np.correlate(np.pad(X[i + a - 1], 1), dY[i], "valid")
    return dw
