"""The windows are collected column by column and dY is flattened row by row."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    h, w = dY.shape[2:]
    corners = [(2 * i, 2 * j) for j in range(w) for i in range(h)]
    for n in range(X.shape[0]):
        for c in range(X.shape[1]):
            for (y, x), g in zip(corners, dY[n, c].ravel()):
                k = np.argmax(X[n, c, y : y + 2, x : x + 2])
                dX[n, c, y + k // 2, x + k % 2] = g
    return dX
