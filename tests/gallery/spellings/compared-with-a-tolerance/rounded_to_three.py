"""Equal to three decimals."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = np.round(X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2], 3)
        mask = window == window.max()
        dX[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = mask / mask.sum() * dY[n, c, i, j]
    return dX
