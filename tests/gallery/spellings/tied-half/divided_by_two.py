"""Half of the gradient wherever more than one entry is the maximum."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        mask = (window == window.max()).astype(float)
        if mask.sum() > 1:
            mask = mask / 2
        dX[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = mask * dY[n, c, i, j]
    return dX
