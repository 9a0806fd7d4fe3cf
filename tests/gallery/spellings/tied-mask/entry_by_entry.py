"""Each entry asks whether it is its window's maximum."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    h, w = dY.shape[2:]
    for n in range(X.shape[0]):
        for c in range(X.shape[1]):
            for y in range(2 * h):
                for x in range(2 * w):
                    i, j = y // 2, x // 2
                    if X[n, c, y, x] >= X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max():
                        dX[n, c, y, x] = dY[n, c, i, j]
    return dX
