"""Column and row of the flat index are taken for each other."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        col, row = divmod(int(X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax()), 2)
        dX[n, c, 2 * i + row, 2 * j + col] = dY[n, c, i, j]
    return dX
