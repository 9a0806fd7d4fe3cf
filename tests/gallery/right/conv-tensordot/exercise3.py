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


def patches(A):
    P = np.pad(A, 1)
    return np.lib.stride_tricks.as_strided(P, A.shape + (3, 3), P.strides * 2)


def conv3x3_backward_input(dY, w):
    return np.tensordot(patches(dY), w[::-1, ::-1], axes=2)


def conv3x3_backward_weight(dY, X):
    return np.tensordot(dY, patches(X), axes=2)
