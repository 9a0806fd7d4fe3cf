"""Only outputs whose window fits hand back."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    dX = np.zeros((H, W))
    for i in range(H - 2):
        for j in range(W - 2):
            dX[i : i + 3, j : j + 3] += dY[i + 1, j + 1] * w
    return dX
