"""The centre of the filter at size / 2."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    k = (w.shape[0] - 1) / 2
    dX = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            for a in range(3):
                for b in range(3):
                    p, q = i + a - k, j + b - k
                    if 0 <= p < H and 0 <= q < W:
                        dX[p, q] += dY[i, j] * w[a, b]
    return dX
