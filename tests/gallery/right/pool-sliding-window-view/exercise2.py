import numpy as np


from numpy.lib.stride_tricks import sliding_window_view


def maxpool2x2_backward(dY, X):
    dX = np.zeros(X.shape)
    if min(X.shape[2:]) < 2:
        return dX
    win = sliding_window_view(X, (2, 2), axis=(2, 3))[:, :, ::2, ::2]
    k = win.reshape(*win.shape[:4], 4).argmax(axis=-1)
    n, c, i, j = np.indices(k.shape)
    np.add.at(dX, (n, c, 2 * i + k // 2, 2 * j + k % 2), dY)
    return dX
