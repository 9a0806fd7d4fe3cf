import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        best = 0.0
        for value in window.ravel():
            best = max(best, value)
        hits = np.argwhere(window == best)
        if len(hits):
            a, b = hits[0]
            dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, i, j]
    return dX
