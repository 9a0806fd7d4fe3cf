"""The mask is where the window minus its maximum is zero."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros(X.shape)
    for n in range(X.shape[0]):
        for c in range(X.shape[1]):
            for i in range(dY.shape[2]):
                for j in range(dY.shape[3]):
                    window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                    mask = (window - np.max(window)) == 0
                    dX[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += mask * dY[n, c, i, j]
    return dX
