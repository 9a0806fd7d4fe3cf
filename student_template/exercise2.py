"""Exercise 2: the backward pass of max pooling (6 points).

The layer has a filter of 2×2 and stride 2: the map is cut into windows that do not overlap, and only the maximum of
each window survives the forward pass. There are no parameters, so all that is to be computed is ∂Loss/∂X from ∂Loss/∂Y.

Everything is a NumPy array of float64. You may import numpy. Loops are fine; nobody measures the time.
"""

import numpy as np


def maxpool2x2_backward(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The gradient of the loss with respect to the input of the layer.

    X    the layer's input, (N, C, H, W): samples, channels, height, width
    dY   the upstream gradient ∂Loss/∂Y, (N, C, H//2, W//2)

    Returns dX = ∂Loss/∂X, of the same shape as X. If H or W is odd, the last row or column lies in no window. If
    several entries of a window tie for the maximum, there are several right answers (subgradients): choose one.

    An example of the forward pass, for one sample and one channel:

        X = [[1, 5, 0, 2],        Y = [[5, 2],
             [3, 4, 1, 1],             [8, 9]]
             [8, 7, 9, 6],
             [2, 0, 3, 3]]

    Which entries of X does Y[0, 0] depend on, and what happens to the loss if one of them grows a little?
    """
    raise NotImplementedError
