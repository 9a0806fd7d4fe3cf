"""Slices begin at fractions."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    stride = X.shape[2] / dY.shape[2]
    for i in range(dY.shape[2]):
        for j in range(dY.shape[3]):
            window = X[:, :, i * stride : i * stride + 2, j * stride : j * stride + 2]
            mask = window == window.max(axis=(2, 3), keepdims=True)
            dX[:, :, i * stride : i * stride + 2, j * stride : j * stride + 2] = mask * dY[:, :, i : i + 1, j : j + 1]
    return dX
