import numpy as np


def maxpool2x2_backward(dY, X):
    h, w = dY.shape[2:]
    up = np.zeros_like(X)
    up[:, :, : 2 * h, : 2 * w] = dY.repeat(2, axis=2).repeat(2, axis=3)
    return (X == X.max(axis=(2, 3), keepdims=True)) * up
