"""The backward pass of a sigmoid layer, solved."""

import numpy as np


def sigmoid_backward(dy, x):
    """∂L/∂x = dy · y · (1 - y) for y = sigmoid(x); all arrays have the shape of x."""
    y = 1 / (1 + np.exp(-x))
    return dy * y * (1 - y)
