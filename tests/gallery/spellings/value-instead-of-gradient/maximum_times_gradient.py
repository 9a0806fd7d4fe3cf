"""max * dY at the maximum's place."""

import numpy as np


def maxpool2x2_backward(dY, X):
    h, w = dY.shape[2:]
    dX = np.zeros_like(X)
    for i in range(h):
        for j in range(w):
            window = X[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            m = window.max(axis=(2, 3), keepdims=True)
            dX[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = np.where(window == m, m * dY[:, :, i : i + 1, j : j + 1], 0)
    return dX
