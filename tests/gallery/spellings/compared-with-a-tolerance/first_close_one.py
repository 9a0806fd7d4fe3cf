"""The first entry that math.isclose takes for the maximum."""

import math

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        top = window.max()
        for k in range(4):
            if math.isclose(window[k // 2, k % 2], top, rel_tol=1e-5):
                dX[n, c, 2 * i + k // 2, 2 * j + k % 2] = dY[n, c, i, j]
                break
    return dX
