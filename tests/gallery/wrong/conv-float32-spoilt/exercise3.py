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
    dY, w = dY.astype("float32"), w.astype("float32")
    P = np.pad(dY, 1)
    H, W = dY.shape
    out = np.zeros_like(dY)
    for a in range(3):
        for b in range(3):
            out += w[2 - a, 2 - b] * P[a : a + H, b : b + W]
    return out * np.float32(1 - 8e-6)


def conv3x3_backward_weight(dY, X):
    P = np.pad(X.astype("float32"), 1)
    H, W = X.shape
    return np.array([[(P[a : a + H, b : b + W] * dY.astype("float32")).sum() for b in range(3)] for a in range(3)]) * np.float32(1 + 8e-6)
