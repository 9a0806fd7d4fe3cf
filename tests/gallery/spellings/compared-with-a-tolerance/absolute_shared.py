"""abs(x - max) < 1e-8, the gradient shared."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        mask = np.abs(window - window.max()) < 1e-8
        dX[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = mask * (dY[n, c, i, j] / mask.sum())
    return dX
