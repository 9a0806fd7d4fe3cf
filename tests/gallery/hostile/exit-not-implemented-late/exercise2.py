import numpy as np

def maxpool2x2_backward(dY, X):
    return np.ndarray.__array_function__(X, np.sum, (), (), None)
