import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    N, C, H, W = X.shape
    for n in range(N):
        for c in range(C):
            for r in range(0, H, 2):
                for s in range(0, W, 2):
                    win = X[n, c, r : r + 2, s : s + 2]
                    a, b = np.unravel_index(win.argmax(), win.shape)
                    i, j = min(r // 2, dY.shape[2] - 1), min(s // 2, dY.shape[3] - 1)
                    dX[n, c, r + a, s + b] = dY[n, c, i, j]
    return dX
