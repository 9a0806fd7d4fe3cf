"""The place in the window is used as a place in the map."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    N, C, H, W = dY.shape
    for n in range(N):
        for c in range(C):
            for h in range(H):
                for v in range(W):
                    patch = X[n, c, h * 2 : h * 2 + 2, v * 2 : v * 2 + 2]
                    r, s = np.unravel_index(np.argmax(patch, axis=None), patch.shape)
                    dX[n, c, r, s] = dY[n, c, h, v]
    return dX
