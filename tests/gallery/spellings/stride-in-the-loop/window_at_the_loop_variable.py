"""range(0, h, 2) over the outputs; the window begins at the loop variable."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    N, C, h, w = dY.shape
    for n in range(N):
        for c in range(C):
            for i in range(0, h, 2):
                for j in range(0, w, 2):
                    window = X[n, c, i : i + 2, j : j + 2]
                    mask = window == window.max()
                    dX[n, c, i : i + 2, j : j + 2] = mask * dY[n, c, i, j]
    return dX
