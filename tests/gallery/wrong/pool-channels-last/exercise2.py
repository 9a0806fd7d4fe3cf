import numpy as np


def maxpool2x2_backward(dY, X):
    N, H, W, C = X.shape
    dX = np.zeros_like(X)
    for n in range(N):
        for c in range(C):
            for i in range(dY.shape[1]):
                for j in range(dY.shape[2]):
                    win = X[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, c]
                    a, b = np.unravel_index(win.argmax(), win.shape)
                    dX[n, 2 * i + a, 2 * j + b, c] = dY[n, i, j, c]
    return dX
