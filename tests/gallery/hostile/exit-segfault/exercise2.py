import numpy as np

def maxpool2x2_backward(dY, X):
    return np.lib.stride_tricks.as_strided(X, (1 << 20,), (1 << 30,)).sum()
