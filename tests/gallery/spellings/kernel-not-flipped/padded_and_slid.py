"""dY is padded and the filter slid over it as it is."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    padded = np.zeros((H + 2, W + 2))
    padded[1:-1, 1:-1] = dY
    out = np.empty((H, W))
    for r in range(H):
        for s in range(W):
            out[r, s] = (padded[r : r + 3, s : s + 3] * w).sum()
    return out
