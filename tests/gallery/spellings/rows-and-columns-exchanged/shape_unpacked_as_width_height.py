"""X's shape is unpacked as N, C, W, H; the rest is as it should be."""

import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, W, H = X.shape
    dX = np.zeros(X.shape)
    for y in range(0, H - 1, 2):
        for x in range(0, W - 1, 2):
            patch = X[:, :, y : y + 2, x : x + 2].reshape(N, C, 4)
            winner = patch.argmax(axis=2)
            for n in range(N):
                for c in range(C):
                    k = winner[n, c]
                    dX[n, c, y + k // 2, x + k % 2] += dY[n, c, y // 2, x // 2]
    return dX
