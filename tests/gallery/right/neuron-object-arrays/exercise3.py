import numpy as np

CONVENTION = "cross-correlation"


def affected_outputs(row, col):
    grid = np.mgrid[row - 1 : row + 2, col - 1 : col + 2]
    return grid.reshape(2, 9).T


def activations(w, x_1, C):
    return np.array(w)[::-1] * x_1 + np.array(C)


def dv_dx1(w):
    return np.array(w).reshape(3, 3)[::-1, ::-1].ravel()


def dloss_dx1(w, dy):
    return np.dot(np.array(dy), dv_dx1(w))


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    dX = np.zeros((H + 2, W + 2))
    for i in range(H):
        for j in range(W):
            dX[i : i + 3, j : j + 3] += dY[i, j] * w
    return dX[1:-1, 1:-1]


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    P = np.pad(X, 1)
    dw = np.zeros((3, 3))
    for i in range(H):
        for j in range(W):
            dw += dY[i, j] * P[i : i + 3, j : j + 3]
    return dw
