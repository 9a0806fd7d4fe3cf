import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, j : j + 2]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dX[n, c, 2 * i + a, j + b] += dY[n, c, i, j]
    return dX
