import numpy as np


def maxpool2x2_backward(dY, X):
    h, w = dY.shape[2:]
    for i in range(h):
        for j in range(w):
            win = X[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            flat = win.reshape(*win.shape[:2], 4)
            hot = np.eye(4)[flat.argmax(axis=2)].reshape(win.shape)
            win[...] = hot * dY[:, :, i : i + 1, j : j + 1]
    X[:, :, 2 * h :, :] = 0
    X[:, :, :, 2 * w :] = 0
    return X
