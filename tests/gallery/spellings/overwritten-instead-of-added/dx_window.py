"""= instead of += when scattering."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    big = np.zeros((H + 2, W + 2))
    for i in range(H):
        for j in range(W):
            big[i : i + 3, j : j + 3] = dY[i, j] * w
    return big[1:-1, 1:-1]


def conv3x3_backward_weight(dY, X):
    padded = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            dw = dY[i, j] * padded[i : i + 3, j : j + 3]
    return dw
