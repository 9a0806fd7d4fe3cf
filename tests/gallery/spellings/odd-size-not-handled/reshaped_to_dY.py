"""A reshape by the sizes of X."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    x = X.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, C, H // 2, W // 2, 4)
    g = np.eye(4)[x.argmax(-1)] * dY[..., None]
    return g.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, C, H, W)
