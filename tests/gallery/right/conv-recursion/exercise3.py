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
    hit = np.argwhere(dY)
    if len(hit) == 0:
        return np.zeros_like(dY)
    if len(hit) == 1:
        big = np.zeros((dY.shape[0] + 2, dY.shape[1] + 2))
        i, j = hit[0]
        big[i : i + 3, j : j + 3] = w * dY[i, j]
        return big[1:-1, 1:-1]
    one = np.zeros_like(dY)
    for i, j in hit[: len(hit) // 2]:
        one[i, j] = dY[i, j]
    return conv3x3_backward_input(one, w) + conv3x3_backward_input(dY - one, w)


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    P = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for i in range(H):
        for j in range(W):
            dw += dY[i, j] * P[i : i + 3, j : j + 3]
    return dw
