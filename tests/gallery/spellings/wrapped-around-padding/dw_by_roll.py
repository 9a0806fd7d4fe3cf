"""np.roll instead of padding."""

import numpy as np


def conv3x3_backward_weight(dY, X):
    dw = np.zeros((3, 3))
    for a in range(3):
        for b in range(3):
            dw[a, b] = np.sum(dY * np.roll(X, (1 - a, 1 - b), axis=(0, 1)))
    return dw
