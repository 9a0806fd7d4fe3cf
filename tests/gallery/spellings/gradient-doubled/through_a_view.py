"""A slice of dX is added to, and then added to dX."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        part = dX[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        k = window.argmax()
        part[k // 2, k % 2] += dY[n, c, i, j]
        dX[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += part
    return dX
