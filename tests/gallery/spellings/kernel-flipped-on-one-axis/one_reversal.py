"""w[::-1]."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    padded = np.pad(dY, 1)
    flipped = w[::-1]
    return np.array([[np.sum(padded[i : i + 3, j : j + 3] * flipped) for j in range(W)] for i in range(H)])
