"""A mask of H / 2 rows is allocated."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    place = np.zeros((N, C, H / 2, W / 2), dtype=int)
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*place.shape):
        place[n, c, i, j] = np.argmax(X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2])
        dX[n, c, 2 * i + place[n, c, i, j] // 2, 2 * j + place[n, c, i, j] % 2] = dY[n, c, i, j]
    return dX
