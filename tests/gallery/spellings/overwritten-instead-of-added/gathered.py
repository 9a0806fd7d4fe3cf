"""= in the innermost loop of a gather: only the last weight counts."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    padded = np.pad(dY, 1)
    dX = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            for a in range(3):
                for b in range(3):
                    dX[i, j] = padded[i + a, j + b] * w[2 - a, 2 - b]
    return dX
