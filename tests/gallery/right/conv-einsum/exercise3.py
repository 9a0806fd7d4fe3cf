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


from numpy.lib.stride_tricks import sliding_window_view


def conv3x3_backward_input(dY, w):
    patches = sliding_window_view(np.pad(dY, 1), (3, 3))
    return np.einsum("ijab,ab->ij", patches, np.rot90(w, 2))


def conv3x3_backward_weight(dY, X):
    patches = sliding_window_view(np.pad(X, 1), (3, 3))
    return np.einsum("ijab,ij->ab", patches, dY)
