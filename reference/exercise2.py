"""Exercise 2: max pooling hands each window's gradient to the entry that won."""

import numpy as np


def maxpool2x2_backward(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
    """dX (N, C, H, W) from dY (N, C, H//2, W//2); of tied maxima the first one wins."""
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, i, j]
    return dX
