import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        mask = window == window.max()
        share = 1.0 if mask.sum() == 1 else 0.5
        dX[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = mask * share * dY[n, c, i, j]
    return dX
