"""The best so far begins at 0, its place at None."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        best, place = 0.0, None
        for a in range(2):
            for b in range(2):
                if X[n, c, 2 * i + a, 2 * j + b] > best:
                    best, place = X[n, c, 2 * i + a, 2 * j + b], (a, b)
        if place:
            dX[n, c, 2 * i + place[0], 2 * j + place[1]] = dY[n, c, i, j]
    return dX
