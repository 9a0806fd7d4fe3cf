"""X is reshaped as it is."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    parts = X.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, C, H // 2, W // 2, 4)
    one = np.eye(4)[parts.argmax(-1)] * dY[..., None]
    return one.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(X.shape)
