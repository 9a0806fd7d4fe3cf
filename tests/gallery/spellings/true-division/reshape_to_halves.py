"""reshape is asked for H / 2 windows."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    parts = X.reshape(N, C, H / 2, 2, W / 2, 2)
    mask = parts == parts.max(axis=(3, 5), keepdims=True)
    return (mask * dY[:, :, :, None, :, None]).reshape(X.shape)
