"""The result has n rows and n columns."""

import numpy as np


def conv3x3_backward_input(dY, w):
    n = dY.shape[0]
    padded = np.pad(dY, 1)
    dX = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            dX[i, j] = np.sum(padded[i : i + 3, j : j + 3] * np.flip(w))
    return dX
