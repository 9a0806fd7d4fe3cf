"""dY is read at [j, i]."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    N, C, H, W = X.shape
    for n in range(N):
        for c in range(C):
            for i in range(H // 2):
                for j in range(W // 2):
                    window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                    a, b = np.unravel_index(np.argmax(window), (2, 2))
                    dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, j, i]
    return dX
