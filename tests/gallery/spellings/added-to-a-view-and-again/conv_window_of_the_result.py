"""A window of dX is added to, and then added to dX; the last step for each output doubles what is there."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    big = np.zeros((H + 2, W + 2))
    for i in range(H):
        for j in range(W):
            part = big[i : i + 3, j : j + 3]
            part += dY[i, j] * w
            big[i : i + 3, j : j + 3] += part
    return big[1:-1, 1:-1]
