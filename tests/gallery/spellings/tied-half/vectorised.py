"""The same with np.where."""

import numpy as np


def maxpool2x2_backward(dY, X):
    h, w = dY.shape[2:]
    N, C = X.shape[:2]
    parts = X[:, :, : 2 * h, : 2 * w].reshape(N, C, h, 2, w, 2)
    mask = parts == parts.max(axis=(3, 5), keepdims=True)
    count = mask.sum(axis=(3, 5), keepdims=True)
    share = np.where(count > 1, 0.5, 1.0)
    dX = np.zeros_like(X)
    dX[:, :, : 2 * h, : 2 * w] = (mask * share * dY[:, :, :, None, :, None]).reshape(N, C, 2 * h, 2 * w)
    return dX
