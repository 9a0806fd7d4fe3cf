"""The place is not set anew for each window: where nothing beats 0 the last window's place stays."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    a = b = 0
    for n, c, i, j in np.ndindex(*dY.shape):
        best = 0
        for r in range(2):
            for s in range(2):
                if X[n, c, 2 * i + r, 2 * j + s] > best:
                    best, a, b = X[n, c, 2 * i + r, 2 * j + s], r, s
        dX[n, c, 2 * i + a, 2 * j + b] += dY[n, c, i, j]
    return dX
