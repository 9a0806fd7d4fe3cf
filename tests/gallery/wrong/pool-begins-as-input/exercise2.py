import numpy as np


def maxpool2x2_backward(dY, X):
    dX = X.copy()
    N, C, H, W = dY.shape
    for n in range(N):
        for c in range(C):
            for i in range(0, 2 * H, 2):
                for j in range(0, 2 * W, 2):
                    window = X[n, c, i:i + 2, j:j + 2]
                    a, b = np.unravel_index(np.argmax(window), (2, 2))
                    dX[n, c, i + a, j + b] = dY[n, c, i // 2, j // 2]
    return dX
