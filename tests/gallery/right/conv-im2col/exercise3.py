import numpy as np

CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [w[8 - i] * x_1 + C[i] for i in range(9)]


def dv_dx1(w):
    return w[::-1]


def dloss_dx1(w, dy):
    return sum(d * v for d, v in zip(dy, dv_dx1(w)))


def indices(H, W):
    index = np.arange((H + 2) * (W + 2)).reshape(H + 2, W + 2)
    return np.stack([index[a : a + H, b : b + W].ravel() for a in range(3) for b in range(3)])


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    flat = np.zeros((H + 2) * (W + 2))
    np.add.at(flat, indices(H, W), np.outer(w.ravel(), dY.ravel()))
    return flat.reshape(H + 2, W + 2)[1:-1, 1:-1]


def conv3x3_backward_weight(dY, X):
    cols = np.pad(X, 1).ravel()[indices(*X.shape)]
    return (cols @ dY.ravel()).reshape(3, 3)
