import numpy as np


def pad(A):
    return np.pad(A, ((1, 1), (1, 1)))


def correlate(A, K):
    h, w = A.shape[0] - K.shape[0] + 1, A.shape[1] - K.shape[1] + 1
    return np.array([[np.vdot(A[i : i + K.shape[0], j : j + K.shape[1]], K) for j in range(w)] for i in range(h)])
