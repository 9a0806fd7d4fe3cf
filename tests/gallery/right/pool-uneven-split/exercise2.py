import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        w = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        spots = np.argwhere(w == w.max())
        shares = [1.0] if len(spots) == 1 else [0.75] + [0.25 / (len(spots) - 1)] * (len(spots) - 1)
        for (a, b), share in zip(spots, shares):
            dX[n, c, 2 * i + a, 2 * j + b] = share * dY[n, c, i, j]
    return dX
