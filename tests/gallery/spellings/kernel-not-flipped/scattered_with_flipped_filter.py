"""Contributions are scattered, but with the filter flipped: one flip too many."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    big = np.zeros((H + 2, W + 2))
    for i in range(H):
        for j in range(W):
            big[i : i + 3, j : j + 3] += dY[i, j] * w[::-1, ::-1]
    return big[1:-1, 1:-1]
