"""The first entry with max - x < 1e-6."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        a, b = np.argwhere(window.max() - window < 1e-6)[0]
        dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, i, j]
    return dX
