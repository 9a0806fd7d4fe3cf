import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros(X.shape, dtype=np.float16)
    for n, c, i, j in np.ndindex(*dY.shape):
        place = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax()
        dX[n, c, 2 * i + place // 2, 2 * j + place % 2] = dY[n, c, i, j]
    return dX
