import numpy as np


def maxpool2x2_backward(dY, X):
    X = X.astype(np.float32)
    dX = np.zeros(X.shape, dtype=np.float32)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        a, b = np.unravel_index(np.argmax(window), (2, 2))
        dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, i, j]
    return dX
