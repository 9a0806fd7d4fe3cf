import numpy as np


def forward(X):
    N, C, H, W = X.shape
    cut = X[:, :, : H // 2 * 2, : W // 2 * 2]
    return cut.reshape(N, C, H // 2, 2, W // 2, 2).max(axis=(3, 5))


def maxpool2x2_backward(dY, X, h=1e-5):
    dX = np.zeros_like(X)
    for place in np.ndindex(*X.shape):
        up, down = X.copy(), X.copy()
        up[place] += h
        down[place] -= h
        dX[place] = np.sum(dY * (forward(up) - forward(down))) / (2 * h)
    return dX
