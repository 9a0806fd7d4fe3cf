"""im2col: the windows as rows of a matrix, whose length numpy is to find out."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    h, w = H // 2, W // 2
    columns = np.zeros((N, h, w, C, 2, 2))
    for a in range(2):
        for b in range(2):
            columns[..., a, b] = X[:, :, a : a + 2 * h - 1 : 2, b : b + 2 * w - 1 : 2].transpose(0, 2, 3, 1)
    columns = columns.reshape(N * h * w * C, -1)
    rows = np.zeros_like(columns)
    rows[np.arange(len(columns)), columns.argmax(axis=1)] = dY.transpose(0, 2, 3, 1).ravel()
    back = rows.reshape(N, h, w, C, 2, 2)
    dX = np.zeros_like(X)
    for a in range(2):
        for b in range(2):
            dX[:, :, a : 2 * h : 2, b : 2 * w : 2] = back[..., a, b].transpose(0, 3, 1, 2)
    return dX
