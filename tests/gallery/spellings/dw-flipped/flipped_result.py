"""dw turned by 180 degrees."""

import numpy as np


def conv3x3_backward_weight(dY, X):
    p = np.pad(X, 1)
    H, W = X.shape
    dw = np.array([[(p[a : a + H, b : b + W] * dY).sum() for b in range(3)] for a in range(3)])
    return dw[::-1, ::-1]
