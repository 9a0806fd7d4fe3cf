"""dY is blown up with np.kron and multiplied with a mask of X's size."""

import numpy as np


def maxpool2x2_backward(dY, X):
    up = np.kron(dY, np.ones((1, 1, 2, 2)))
    seen = np.zeros(X.shape)
    for n, c, i, j in np.ndindex(*dY.shape):
        k = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax()
        seen[n, c, 2 * i + k // 2, 2 * j + k % 2] = 1
    return seen * up
