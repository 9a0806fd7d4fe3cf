"""One size from the number of rows."""

import numpy as np


def conv3x3_backward_input(dY, w):
    n = dY.shape[0]
    padded = np.pad(dY, 1)
    dX = np.zeros_like(dY)
    for i in range(n):
        for j in range(n):
            dX[i, j] = np.sum(padded[i : i + 3, j : j + 3] * np.flip(w))
    return dX


def conv3x3_backward_weight(dY, X):
    n = len(dY)
    padded = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for i in range(n):
        for j in range(n):
            dw += dY[i, j] * padded[i : i + 3, j : j + 3]
    return dw
