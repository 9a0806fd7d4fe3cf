import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    h, w = dY.shape[-2:]
    a, b, c, d = (X[..., i : 2 * h : 2, j : 2 * w : 2] for i in (0, 1) for j in (0, 1))
    upper, lower = np.maximum(a, b), np.maximum(c, d)
    up, left, right = upper >= lower, a >= b, c >= d
    wins = (up & left, up & ~left, ~up & right, ~up & ~right)
    for k, won in enumerate(wins):
        dX[..., k // 2 : 2 * h : 2, k % 2 : 2 * w : 2] = np.where(won, dY, 0.0)
    return dX
