"""No padding."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    out = np.zeros((H - 2, W - 2))
    for i in range(H - 2):
        for j in range(W - 2):
            out[i, j] = np.sum(dY[i : i + 3, j : j + 3] * w[::-1, ::-1])
    return out


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    dw = np.zeros((3, 3))
    for i in range(H - 2):
        for j in range(W - 2):
            dw += dY[i + 1, j + 1] * X[i : i + 3, j : j + 3]
    return dw
