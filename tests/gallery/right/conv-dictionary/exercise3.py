from collections import defaultdict

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


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    total = defaultdict(float)
    for i in range(H):
        for j in range(W):
            for a in range(3):
                for b in range(3):
                    total[i + a - 1, j + b - 1] += dY[i, j] * w[a, b]
    return np.array([[total[p, q] for q in range(W)] for p in range(H)])


def conv3x3_backward_weight(dY, X):
    H, W = dY.shape
    known = {(i, j): X[i, j] for i in range(H) for j in range(W)}
    return np.array(
        [
            [
                sum(dY[i, j] * known.get((i + a, j + b), 0.0) for i in range(H) for j in range(W))
                for b in (-1, 0, 1)
            ]
            for a in (-1, 0, 1)
        ]
    )
