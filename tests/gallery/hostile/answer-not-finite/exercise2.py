import numpy as np

from itertools import cycle

values = cycle([np.nan, np.inf, -np.inf, float("nan"), 1e308 * 10])


def maxpool2x2_backward(dY, X):
    return np.full(X.shape, next(values))
