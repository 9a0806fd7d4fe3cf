"""The number of windows is H / 2."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    dX = np.zeros_like(X)
    for i in range(H / 2):
        for j in range(W / 2):
            for n in range(N):
                for c in range(C):
                    window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                    k = np.argmax(window)
                    dX[n, c, 2 * i + k // 2, 2 * j + k % 2] = dY[n, c, i, j]
    return dX
