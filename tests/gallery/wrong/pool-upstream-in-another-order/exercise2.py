import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    h, w = H // 2, W // 2
    cut = X[:, :, : 2 * h, : 2 * w].reshape(N, C, h, 2, w, 2).transpose(0, 1, 2, 4, 3, 5)
    columns = cut.reshape(-1, 4)
    gradients = np.zeros_like(columns)
    gradients[np.arange(len(columns)), columns.argmax(axis=1)] = dY.transpose(2, 3, 0, 1).ravel()
    dX = np.zeros_like(X)
    back = gradients.reshape(N, C, h, w, 2, 2).transpose(0, 1, 2, 4, 3, 5)
    dX[:, :, : 2 * h, : 2 * w] = back.reshape(N, C, 2 * h, 2 * w)
    return dX
