import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    h, w = H // 2, W // 2
    parts = X[:, :, : 2 * h, : 2 * w].reshape(N * C, h, 2, w, 2).swapaxes(2, 3).reshape(-1, 4)
    winner = np.argsort(parts, axis=1, kind="stable")[:, -1]
    out = np.zeros((parts.shape[0], 4))
    out[np.arange(len(out)), winner] = dY.reshape(-1)
    dX = np.zeros(X.shape)
    dX[:, :, : 2 * h, : 2 * w] = out.reshape(N * C, h, w, 2, 2).swapaxes(2, 3).reshape(N, C, 2 * h, 2 * w)
    return dX
