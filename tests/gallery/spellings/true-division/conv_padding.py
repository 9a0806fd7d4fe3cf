"""The padding is 3 / 2."""

import numpy as np


def conv3x3_backward_input(dY, w):
    pad = w.shape[0] / 2
    padded = np.pad(dY, pad)
    dX = np.zeros_like(dY)
    for i, j in np.ndindex(*dY.shape):
        dX[i, j] = np.sum(padded[i : i + 3, j : j + 3] * w[::-1, ::-1])
    return dX


def conv3x3_backward_weight(dY, X):
    pad = (3 - 1) / 2
    big = np.zeros((X.shape[0] + 2 * pad, X.shape[1] + 2 * pad))
    big[1:-1, 1:-1] = X
    return np.array([[(dY * big[a : a + dY.shape[0], b : b + dY.shape[1]]).sum() for b in range(3)] for a in range(3)])
