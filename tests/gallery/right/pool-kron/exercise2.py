import numpy as np


def maxpool2x2_backward(dY, X):
    dX = np.zeros_like(X)
    tile = np.ones((2, 2))
    for n in range(X.shape[0]):
        for c in range(X.shape[1]):
            h, w = dY.shape[2:]
            if h == 0 or w == 0:
                continue
            x = X[n, c, : 2 * h, : 2 * w]
            y = np.array([[x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max() for j in range(w)] for i in range(h)])
            mask = (x == np.kron(y, tile)).astype(float)
            count = np.kron(mask.reshape(h, 2, w, 2).sum(axis=(1, 3)), tile)
            dX[n, c, : 2 * h, : 2 * w] = mask / count * np.kron(dY[n, c], tile)
    return dX
