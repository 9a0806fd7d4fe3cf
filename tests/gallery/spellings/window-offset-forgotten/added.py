"""The same, added."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        where = np.argwhere(window == window.max())[0]
        dX[n, c, where[0], where[1]] += dY[n, c, i, j]
    return dX
