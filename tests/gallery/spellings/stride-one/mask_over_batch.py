"""Overlapping windows of the whole batch at once."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros(X.shape)
    stride = 1
    for i in range(dY.shape[2]):
        for j in range(dY.shape[3]):
            r, c = i * stride, j * stride
            w = X[:, :, r : r + 2, c : c + 2]
            m = w == w.max(axis=(2, 3), keepdims=True)
            dX[:, :, r : r + 2, c : c + 2] += np.where(m, dY[:, :, i, j][:, :, None, None], 0)
    return dX
