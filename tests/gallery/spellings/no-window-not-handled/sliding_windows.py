"""A view of all windows, of which every second one is taken."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def maxpool2x2_backward(dY, X):
    dX = np.zeros(X.shape)
    seen = sliding_window_view(X, (2, 2), axis=(2, 3))[:, :, ::2, ::2]
    into = sliding_window_view(dX, (2, 2), axis=(2, 3), writeable=True)[:, :, ::2, ::2]
    is_largest = seen == seen.max(axis=(-1, -2), keepdims=True)
    into += is_largest * (dY / is_largest.sum(axis=(-1, -2)))[..., None, None]
    return dX
