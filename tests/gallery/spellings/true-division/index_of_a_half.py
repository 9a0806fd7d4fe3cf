"""The output that belongs to a row is looked up at row / 2."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    N, C, H, W = X.shape
    for n in range(N):
        for c in range(C):
            for y in range(0, H - 1, 2):
                for x in range(0, W - 1, 2):
                    k = np.argmax(X[n, c, y : y + 2, x : x + 2])
                    dX[n, c, y + k // 2, x + k % 2] = dY[n, c, y / 2, x / 2]
    return dX
