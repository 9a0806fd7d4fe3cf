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
    dY, w = dY.tolist(), w.tolist()
    H, W = len(dY), len(dY[0])
    out = [[0.0 for _ in range(W)] for _ in range(H)]
    for i, row in enumerate(dY):
        for j, g in enumerate(row):
            for a in range(max(0, i - 1), min(H, i + 2)):
                for b in range(max(0, j - 1), min(W, j + 2)):
                    out[a][b] += g * w[a - i + 1][b - j + 1]
    return out


def conv3x3_backward_weight(dY, X):
    dY, X = dY.tolist(), X.tolist()
    H, W = len(X), len(X[0])
    return tuple(
        tuple(
            sum(dY[i][j] * X[i + a][j + b] for i in range(H) for j in range(W) if 0 <= i + a < H and 0 <= j + b < W)
            for b in (-1, 0, 1)
        )
        for a in (-1, 0, 1)
    )
