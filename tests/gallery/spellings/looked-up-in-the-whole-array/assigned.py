"""dX[X == max] = gradient."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        top = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
        dX[X == top] = dY[n, c, i, j]
    return dX
