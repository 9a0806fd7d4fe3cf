import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        rows, cols = 2 * i, 2 * j
        a = b = 0
        for k in range(2):
            for m in range(2):
                if X[n, c, rows + k, cols + m] >= X[n, c, rows + a, cols + b]:
                    a, b = k, m
        dX[n, c, rows + a, cols + b] += dY[n, c, i, j]
    return dX
