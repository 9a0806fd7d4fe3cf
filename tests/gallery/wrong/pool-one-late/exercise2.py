import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i + 1 : 2 * i + 3, 2 * j + 1 : 2 * j + 3]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dX[n, c, 2 * i + 1 + a, 2 * j + 1 + b] = dY[n, c, i, j]
    return dX
