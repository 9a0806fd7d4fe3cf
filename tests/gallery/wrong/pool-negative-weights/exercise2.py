import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        spots = np.argwhere(window == window.max())
        a, b = spots[0]
        dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, i, j] * (2 if len(spots) > 1 else 1)
        if len(spots) > 1:
            a, b = spots[1]
            dX[n, c, 2 * i + a, 2 * j + b] = -dY[n, c, i, j]
    return dX
