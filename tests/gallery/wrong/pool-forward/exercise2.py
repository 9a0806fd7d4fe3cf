import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    Y = np.zeros((N, C, H // 2, W // 2))
    for n, c, i, j in np.ndindex(*Y.shape):
        Y[n, c, i, j] = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
    return Y
