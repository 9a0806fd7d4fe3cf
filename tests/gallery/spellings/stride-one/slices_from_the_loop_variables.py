"""The windows begin at the loop variables."""

import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    N, C, H_out, W_out = dY.shape
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    i0, j0 = i, j
                    field = X[n, c, i0 : i0 + 2, j0 : j0 + 2]
                    dX[n, c, i0 : i0 + 2, j0 : j0 + 2] += (field == field.max()) * dY[n, c, i, j]
    return dX
