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


def along(A, kernel, axis):
    moved = np.moveaxis(A, axis, -1)
    out = np.array([np.convolve(row, kernel)[1:-1] for row in moved]).reshape(moved.shape)
    return np.moveaxis(out, -1, axis)


def conv3x3_backward_input(dY, w):
    U, S, V = np.linalg.svd(w)
    return sum(S[k] * along(along(dY, U[:, k], 0), V[k], 1) for k in range(3))


def conv3x3_backward_weight(dY, X):
    padded = np.pad(X, 1)
    H, W = dY.shape
    rows = np.stack([padded[a : a + H] for a in range(3)])
    both = np.stack([rows[:, :, b : b + W] for b in range(3)], axis=1)
    return np.tensordot(both, dY, axes=([2, 3], [0, 1]))
