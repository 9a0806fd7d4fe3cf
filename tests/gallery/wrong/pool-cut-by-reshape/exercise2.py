import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    h, w = H // 2, W // 2
    parts = X[:, :, : 2 * h, : 2 * w].reshape(N, C, h, w, 4)
    gradients = np.zeros_like(parts)
    np.put_along_axis(gradients, parts.argmax(-1)[..., None], dY[..., None], -1)
    dX = np.zeros_like(X)
    dX[:, :, : 2 * h, : 2 * w] = gradients.reshape(N, C, 2 * h, 2 * w)
    return dX
