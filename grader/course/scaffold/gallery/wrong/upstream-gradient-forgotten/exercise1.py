import numpy as np


def sigmoid_backward(dy, x):
    y = 1 / (1 + np.exp(-x))
    return y * (1 - y)
