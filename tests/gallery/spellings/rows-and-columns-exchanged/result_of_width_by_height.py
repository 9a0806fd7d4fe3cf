"""dX is made with W rows and H columns."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    dX = np.zeros((N, C, W, H))
    for n, c, i, j in np.ndindex(dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        r, s = divmod(int(window.argmax()), 2)
        dX[n, c, 2 * i + r, 2 * j + s] = dY[n, c, i, j]
    return dX
