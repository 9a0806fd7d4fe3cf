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


def at(A, i, j):
    inside = 0 <= i < A.shape[0] and 0 <= j < A.shape[1]
    return A[i, j] if inside else 0.0


def conv3x3_backward_input(dY, w):
    near = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0), (0, 1), (1, -1), (1, 0), (1, 1)]
    return np.array(
        [[sum(w[1 - a, 1 - b] * at(dY, i + a, j + b) for a, b in near) for j in range(dY.shape[1])] for i in range(dY.shape[0])]
    )


def conv3x3_backward_weight(dY, X):
    return np.array(
        [[sum(dY[i, j] * at(X, i + a, j + b) for i, j in np.ndindex(*X.shape)) for b in (-1, 0, 1)] for a in (-1, 0, 1)]
    )
