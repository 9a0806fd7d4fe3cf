"""All samples and channels at once, with np.where."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for i in range(dY.shape[2]):
        for j in range(dY.shape[3]):
            w = X[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            m = w.max(axis=(2, 3))[:, :, None, None]
            dX[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = np.where(w >= m, dY[:, :, i : i + 1, j : j + 1], 0)
    return dX
