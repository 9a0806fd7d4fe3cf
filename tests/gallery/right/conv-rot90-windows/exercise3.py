import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

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
    windows = sliding_window_view(np.pad(dY, 1), (3, 3))
    return (windows * np.rot90(w, 2)).sum(axis=(-2, -1))


def conv3x3_backward_weight(dY, X):
    windows = sliding_window_view(np.pad(X, 1), dY.shape)
    return np.einsum("abij,ij->ab", windows, dY)
