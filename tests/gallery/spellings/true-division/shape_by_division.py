"""Sizes by true division, as in Python 2."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    dX = np.zeros((N, C, H, W))
    for n in range(N):
        for c in range(C):
            for i in range(1 + (H - 2) / 2):
                for j in range(1 + (W - 2) / 2):
                    window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                    dX[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = (window == window.max()) * dY[n, c, i, j]
    return dX
