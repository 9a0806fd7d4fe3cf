import numpy as np


CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w, x_1, C):
    return [w[8 - i] * x_1 + C[i] for i in range(9)]


def dv_dx1(w):
    return list(reversed(w))


def dloss_dx1(w, dy):
    return sum(d * v for d, v in zip(dy, dv_dx1(w)))


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    padded = np.pad(dY, ((1, 1), (1, 1)))
    row = np.zeros(2 * (W + 2) + 3)
    for a in range(3):
        row[a * (W + 2) : a * (W + 2) + 3] = w[a]
    full = np.convolve(padded.ravel(), row)
    middle = full[(W + 2) + 1 :][: (H + 2) * (W + 2)]
    return middle.reshape(H + 2, W + 2)[1:-1, 1:-1]


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    x, dy = np.pad(X, 1).ravel(), np.pad(dY, 1).ravel()
    lags = np.correlate(x, dy, mode="full")
    centre = len(dy) - 1
    return np.array([[lags[centre + a * (W + 2) + b] for b in (-1, 0, 1)] for a in (-1, 0, 1)])
