"""range(0, h, 2) over the outputs, and the window begins at twice that."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    N, C, h, w = dY.shape
    for n in range(N):
        for c in range(C):
            for i in range(0, h, 2):
                for j in range(0, w, 2):
                    window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                    a, b = np.unravel_index(window.argmax(), window.shape)
                    dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, i, j]
    return dX
