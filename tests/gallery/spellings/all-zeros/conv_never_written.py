"""The sum goes to a name of its own."""

import numpy as np


def conv3x3_backward_input(dY, w):
    dX = np.zeros_like(dY)
    padded = np.pad(dY, 1)
    for i, j in np.ndindex(*dY.shape):
        value = np.sum(padded[i : i + 3, j : j + 3] * w[::-1, ::-1])
    return dX


def conv3x3_backward_weight(dY, X):
    dw = np.zeros((3, 3))
    padded = np.pad(X, 1)
    for a in range(3):
        for b in range(3):
            entry = dw[a, b]
            entry += np.sum(dY * padded[a : a + dY.shape[0], b : b + dY.shape[1]])
    return dw
