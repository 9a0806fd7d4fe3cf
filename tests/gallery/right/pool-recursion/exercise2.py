import numpy as np


def maxpool2x2_backward(dY, X):
    for axis, step in ((0, 1), (1, 1), (2, 2), (3, 2)):
        size = dY.shape[axis]
        if size == 0:
            return np.zeros_like(X)
        if size > 1:
            cut = size // 2
            lo, hi = np.split(dY, [cut], axis)
            a, b = np.split(X, [cut * step], axis)
            return np.concatenate([maxpool2x2_backward(lo, a), maxpool2x2_backward(hi, b)], axis)
    dX = np.zeros_like(X)
    w = X[0, 0, :2, :2]
    dX[(0, 0, *divmod(int(np.argmax(w)), 2))] = dY[0, 0, 0, 0]
    return dX
