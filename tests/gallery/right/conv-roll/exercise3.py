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
    P = np.pad(dY, 2)
    total = sum(w[a, b] * np.roll(P, (a - 1, b - 1), axis=(0, 1)) for a in range(3) for b in range(3))
    return total[2:-2, 2:-2]


def conv3x3_backward_weight(dY, X):
    P, G = np.pad(X, 2), np.pad(dY, 2)
    return np.array([[np.sum(G * np.roll(P, (1 - a, 1 - b), axis=(0, 1))) for b in range(3)] for a in range(3)])
