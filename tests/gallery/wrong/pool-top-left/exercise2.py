import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    h, w = dY.shape[2:]
    dX[:, :, 0 : 2 * h : 2, 0 : 2 * w : 2] = dY
    return dX
