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


def full_convolution(A, B):
    shape = [a + b - 1 for a, b in zip(A.shape, B.shape)]
    return np.fft.ifft2(np.fft.fft2(A, shape) * np.fft.fft2(B, shape))


def conv3x3_backward_input(dY, w):
    return full_convolution(dY, w)[1:-1, 1:-1]


def conv3x3_backward_weight(dY, X):
    H, W = X.shape
    full = full_convolution(X, dY[::-1, ::-1])
    out = np.zeros((3, 3), dtype=complex)
    for a in range(3):
        for b in range(3):
            p, q = H - 2 + a, W - 2 + b
            if 0 <= p < full.shape[0] and 0 <= q < full.shape[1]:
                out[a, b] = full[p, q]
    return out
