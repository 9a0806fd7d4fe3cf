"""dw[a] is a view."""

import numpy as np


def conv3x3_backward_weight(dY, X):
    H, W = dY.shape
    padded = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for a in range(3):
        row = dw[a]
        for b in range(3):
            row[b] += np.sum(dY * padded[a : a + H, b : b + W])
        dw[a] += row
    return dw
