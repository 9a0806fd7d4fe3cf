"""A quarter for each."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    h, w = dY.shape[2:]
    for a in range(2):
        for b in range(2):
            dX[:, :, a : 2 * h : 2, b : 2 * w : 2] = dY / 4
    return dX
