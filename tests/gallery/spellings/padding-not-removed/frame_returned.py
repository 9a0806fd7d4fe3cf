"""The frame is returned whole."""

import numpy as np


def conv3x3_backward_input(dY, w):
    frame = np.zeros((dY.shape[0] + 2, dY.shape[1] + 2))
    for i, j in np.ndindex(*dY.shape):
        frame[i : i + 3, j : j + 3] += w * dY[i, j]
    return frame
