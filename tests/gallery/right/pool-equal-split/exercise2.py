import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    h, w = H // 2, W // 2
    v = X[:, :, : 2 * h, : 2 * w].reshape(N, C, h, 2, w, 2)
    m = v == v.max(axis=(3, 5), keepdims=True)
    g = m / m.sum(axis=(3, 5), keepdims=True) * dY[:, :, :, None, :, None]
    dX = np.zeros(X.shape)
    dX[:, :, : 2 * h, : 2 * w] = g.reshape(N, C, 2 * h, 2 * w)
    return dX
