"""dw of the inner outputs only."""

import numpy as np


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    dw = np.zeros((3, 3))
    for i in range(1, H - 1):
        for j in range(1, W - 1):
            dw += dY[i, j] * X[i - 1 : i + 2, j - 1 : j + 2]
    return dw
