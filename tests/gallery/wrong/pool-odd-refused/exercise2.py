import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    assert H % 2 == 0 and W % 2 == 0
    blocks = X.reshape(N, C, H // 2, 2, W // 2, 2)
    mask = (blocks == blocks.max(axis=(3, 5), keepdims=True)).astype(float)
    mask /= mask.sum(axis=(3, 5), keepdims=True)
    return (mask * dY[:, :, :, None, :, None]).reshape(X.shape)
