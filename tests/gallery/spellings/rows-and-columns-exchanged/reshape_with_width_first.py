"""The reshape into windows has the sizes the other way round."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    h, w = H // 2, W // 2
    cut = X[:, :, : 2 * h, : 2 * w]
    parts = cut.reshape(N, C, w, 2, h, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, C, w, h, 4)
    first = np.eye(4)[parts.argmax(axis=-1)]
    grads = first * dY[..., None]
    dX = np.zeros_like(X)
    dX[:, :, : 2 * h, : 2 * w] = grads.reshape(N, C, w, h, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, C, 2 * h, 2 * w)
    return dX
