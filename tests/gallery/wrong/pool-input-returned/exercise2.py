import numpy as np


def maxpool2x2_backward(dY, X):
    return X
