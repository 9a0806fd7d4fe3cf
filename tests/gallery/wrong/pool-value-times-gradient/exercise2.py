import numpy as np


def maxpool2x2_backward(dY, X):
    h, w = dY.shape[2:]
    dX = np.zeros_like(X)
    up = dY.repeat(2, axis=2).repeat(2, axis=3)
    x = X[:, :, : 2 * h, : 2 * w]
    y = np.zeros(dY.shape)
    for n, c, i, j in np.ndindex(*dY.shape):
        y[n, c, i, j] = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
    dX[:, :, : 2 * h, : 2 * w] = x * (x == y.repeat(2, axis=2).repeat(2, axis=3)) * up
    return dX
