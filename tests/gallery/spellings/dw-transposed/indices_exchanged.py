"""dw[b, a]."""

import numpy as np


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    padded = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for a in range(3):
        for b in range(3):
            dw[b, a] = np.sum(dY * padded[a : a + H, b : b + W])
    return dw
