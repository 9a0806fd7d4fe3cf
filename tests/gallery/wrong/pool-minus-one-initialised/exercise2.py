import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        best, where = -1, (0, 0)
        for a in range(2):
            for b in range(2):
                if window[a, b] > best:
                    best, where = window[a, b], (a, b)
        dX[n, c, 2 * i + where[0], 2 * j + where[1]] = dY[n, c, i, j]
    return dX
