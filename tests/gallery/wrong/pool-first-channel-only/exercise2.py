import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n in range(X.shape[0]):
        for i in range(X.shape[2] // 2):
            for j in range(X.shape[3] // 2):
                k = X[n, 0, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax()
                dX[n, 0, 2 * i + k // 2, 2 * j + k % 2] = dY[n, 0, i, j]
    return dX
