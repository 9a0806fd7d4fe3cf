"""A gather that returns after the first row of dX."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    padded = np.pad(dY, 1)
    dX = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            dX[i, j] = np.sum(padded[i : i + 3, j : j + 3] * w[::-1, ::-1])
        return dX


def conv3x3_backward_weight(dY, X):
    padded = np.pad(X, 1)
    H, W = dY.shape
    dw = np.zeros((3, 3))
    for a in range(3):
        for b in range(3):
            dw[a, b] = np.sum(dY * padded[a : a + H, b : b + W])
        return dw
