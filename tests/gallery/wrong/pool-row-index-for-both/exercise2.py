import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros(X.shape)
    for n, c, i, j in np.ndindex(dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        place = np.unravel_index(np.argmax(window), window.shape)
        dX[n, c, 2 * i + place[0], 2 * j + place[0]] = dY[n, c, i, j]
    return dX
