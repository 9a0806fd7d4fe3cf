"""= for += in the frame."""

import numpy as np


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    frame = np.zeros((H + 2, W + 2))
    for i in range(H):
        for j in range(W):
            frame[i : i + 3, j : j + 3] = dY[i, j] * w
    return frame[1 : H + 1, 1 : W + 1]
