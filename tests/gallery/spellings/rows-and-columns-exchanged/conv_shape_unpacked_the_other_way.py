"""W, H = shape."""

import numpy as np


def conv3x3_backward_input(dY, w):
    W, H = dY.shape
    padded = np.zeros((H + 2, W + 2))
    padded[1:-1, 1:-1] = dY
    dX = np.zeros((H, W))
    for a in range(3):
        for b in range(3):
            dX += w[2 - a, 2 - b] * padded[a : a + H, b : b + W]
    return dX


def conv3x3_backward_weight(dY, X):
    W, H = dY.shape
    padded = np.zeros((H + 2, W + 2))
    padded[1 : H + 1, 1 : W + 1] = X
    dw = np.zeros((3, 3))
    for a in range(3):
        for b in range(3):
            dw[a, b] = (dY * padded[a : a + H, b : b + W]).sum()
    return dw
