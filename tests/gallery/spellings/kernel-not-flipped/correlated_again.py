"""The forward pass once more, with dY."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    padded = np.pad(dY, 1)
    dX = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            dX[i, j] = np.sum(padded[i : i + 3, j : j + 3] * w)
    return dX
