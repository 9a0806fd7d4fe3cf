"""The flat index inside the window is used in the flattened map."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        dX[n, c].flat[np.argmax(window)] = dY[n, c, i, j]
    return dX
