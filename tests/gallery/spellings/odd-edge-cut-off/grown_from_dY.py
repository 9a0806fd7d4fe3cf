"""The result has twice the sizes of dY."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, h, w = dY.shape
    dX = np.zeros((N, C, 2 * h, 2 * w))
    for n, c, i, j in np.ndindex(N, C, h, w):
        k = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax()
        dX[n, c, 2 * i + k // 2, 2 * j + k % 2] = dY[n, c, i, j]
    return dX
