"""max along axis 1 of the window."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        for r in range(2):
            s = np.argmax(window[r])
            dX[n, c, 2 * i + r, 2 * j + s] = dY[n, c, i, j]
    return dX
