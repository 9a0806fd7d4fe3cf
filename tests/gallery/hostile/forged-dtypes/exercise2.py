import numpy as np

from itertools import cycle

kinds = cycle(("M8[s]", "U5", "V8", "S3", "m8[s]", np.longdouble, [("a", "f8")], "O", "c16", "?", "u8"))


def maxpool2x2_backward(dY, X):
    return np.zeros(X.shape, next(kinds))
