import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    dX = np.zeros((N, C, H, W))
    for n in range(N):
        for c in range(C):
            for i in range(H // 2):
                for j in range(W // 2):
                    best, where = -np.inf, None
                    for a in range(2):
                        for b in range(2):
                            if X[n, c, 2 * i + a, 2 * j + b] > best:
                                best = X[n, c, 2 * i + a, 2 * j + b]
                                where = (n, c, 2 * i + a, 2 * j + b)
                    dX[where] = dY[n, c, i, j]
    return dX
