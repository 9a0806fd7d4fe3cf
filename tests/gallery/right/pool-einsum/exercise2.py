import numpy as np


def maxpool2x2_backward(dY, X):
    N, C, H, W = X.shape
    h, w = H // 2, W // 2
    v = X[:, :, : 2 * h, : 2 * w].reshape(N, C, h, 2, w, 2)
    flat = np.einsum("nciajb->ncijab", v).reshape(N, C, h, w, 4)
    hot = (np.arange(4) == flat.argmax(-1)[..., None]).reshape(N, C, h, w, 2, 2).astype(float)
    g = np.einsum("ncijab,ncij->nciajb", hot, dY).reshape(N, C, 2 * h, 2 * w)
    out = np.zeros_like(X)
    out[:, :, : 2 * h, : 2 * w] += g
    return out
