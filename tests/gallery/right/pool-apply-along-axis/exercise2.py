import numpy as np


def one_hot(window):
    return np.where(np.arange(4) == np.argmax(window), 1.0, 0.0)


def maxpool2x2_backward(dY, X):
    N, C, h, w = dY.shape
    dX = np.zeros_like(X)
    if not dY.size:
        return dX
    parts = np.moveaxis(X[..., : 2 * h, : 2 * w].reshape(N, C, h, 2, w, 2), 3, 4).reshape(N, C, h, w, 4)
    picked = np.apply_along_axis(one_hot, -1, parts)
    grads = np.einsum("nchwk,nchw->nchwk", picked, dY).reshape(N, C, h, w, 2, 2)
    dX[..., : 2 * h, : 2 * w] = np.moveaxis(grads, 4, 3).reshape(N, C, 2 * h, 2 * w)
    return dX
