"""The same, assigned."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        top = np.max(X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2])
        place = np.argwhere(X[n, c] == top)[0]
        dX[n, c, place[0], place[1]] = dY[n, c, i, j]
    return dX
