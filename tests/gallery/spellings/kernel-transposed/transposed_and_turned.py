"""The filter's transpose."""

import numpy as np


def conv3x3_backward_input(dY, w):
    p = np.pad(dY, 1)
    H, W = dY.shape
    dX = np.zeros((H, W))
    for a in range(3):
        for b in range(3):
            dX += w.T[a, b] * p[a : a + H, b : b + W]
    return dX
