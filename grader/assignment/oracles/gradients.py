"""What is right, as mathematics: the two layers' forward passes and the numerical gradient of the loss <dY, f(X)>.

Max pooling and convolution are piecewise linear, so a large step makes no truncation error; and since all inputs are
drawn as multiples of a power of two (see `cases`), every sum below is exact in float64. The gradient that comes out is
the true one to the last bit, and every tolerance of `arrays` is there for the student's rounding alone.

Both layers are local too: entries of which no output sees two are moved together, and what an output then changes by is
the doing of the one that it sees (Curtis, Powell, Reid: On the Estimation of Sparse Jacobian Matrices, 1974). So the
forward pass runs on as many inputs as a window or a filter has entries, however large the map is.
"""

from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

POOL = 2  # filter size and stride
KERNEL = 3  # the filter's height and width
CONVENTIONS = ("cross-correlation", "convolution")


def windows(X: Floats) -> Floats:
    """The 2x2 windows of (..., H, W) as (..., H//2, W//2, 4), row by row; an odd last row or column is in none."""
    height, width = X.shape[-2] // POOL, X.shape[-1] // POOL
    blocks = X[..., : POOL * height, : POOL * width].reshape(*X.shape[:-2], height, POOL, width, POOL)
    return np.swapaxes(blocks, -3, -2).reshape(*X.shape[:-2], height, width, POOL * POOL)


def from_windows(parts: Floats, shape: tuple[int, ...]) -> Floats:
    """The inverse of `windows`: (..., H//2, W//2, 4) laid back into zeros of `shape`."""
    height, width = shape[-2] // POOL, shape[-1] // POOL
    blocks = np.swapaxes(parts.reshape(*shape[:-2], height, width, POOL, POOL), -3, -2)
    result = np.zeros(shape)
    result[..., : POOL * height, : POOL * width] = blocks.reshape(*shape[:-2], POOL * height, POOL * width)
    return result


def smallest_gap(X: Floats) -> float:
    """The smallest distance between two values of one window; 1 where there is no window."""
    values = np.sort(windows(X), axis=-1)
    return float((values[..., 1:] - values[..., :-1]).min()) if values.size else 1.0


def pool_gradient(dY: Floats, X: Floats) -> Floats:
    """∂<dY, maxpool(X)>/∂X for X (N, C, H, W) without ties: entries at the same place of all windows move together.

    The difference is a central one. Its step, a quarter of the smallest gap, keeps clear of every kink.
    """
    step = smallest_gap(X) / 4
    parts, moves = windows(X)[..., None, :], step * np.eye(POOL * POOL)
    rises = ((parts + moves).max(axis=-1) - (parts - moves).max(axis=-1)) / (2 * step)
    return from_windows(dY[..., None] * rises, X.shape)


def patches(X: Floats) -> Floats:
    """What each output of the convolution sees of X (..., H, W), zero padding 1 and stride 1: (..., H, W, 3, 3)."""
    padded = np.zeros((*X.shape[:-2], X.shape[-2] + 2, X.shape[-1] + 2))
    padded[..., 1:-1, 1:-1] = X
    return sliding_window_view(padded, (KERNEL, KERNEL), axis=(-2, -1))


def convolve(X: Floats, w: Floats, convention: str) -> Floats:
    """Y of (..., H, W) with zero padding 1 and stride 1, for X (..., H, W) and w (..., 3, 3), stacked alike.

    Cross-correlation: Y[i, j] = sum of w[a, b] X[i+a-1, j+b-1]; convolution: sum of w[a, b] X[i-a+1, j-b+1]
    (Goodfellow, Bengio, Courville: Deep Learning, equations 9.6 and 9.4).
    """
    kernel = w if convention == "cross-correlation" else w[..., ::-1, ::-1]
    return np.asarray(np.einsum("...ijab,...ab->...ij", patches(X), kernel))


def input_gradient(dY: Floats, w: Floats, convention: str) -> Floats:
    """∂<dY, X * w>/∂X, like dY (H, W). Y is linear in X, so that it may be taken at X = 0, where Y is 0, with step 1.

    Entries three apart move together. An entry's share is what the nine outputs that see it changed by.
    """
    row, column = np.indices(dY.shape)
    group = row % KERNEL * KERNEL + column % KERNEL
    moved = (group == np.arange(KERNEL * KERNEL)[:, None, None]).astype(np.float64)
    changes = convolve(moved, w, convention) * dY
    return np.asarray(patches(changes)[group, row, column].sum(axis=(-2, -1)))


def weight_gradient(dY: Floats, X: Floats, convention: str) -> Floats:
    """∂<dY, X * w>/∂w, (3, 3), for X and dY (H, W). Y is linear in w, and outputs see all nine: each moves alone."""
    moved = np.eye(KERNEL * KERNEL).reshape(-1, KERNEL, KERNEL)
    return np.asarray((convolve(X, moved, convention) * dY).sum(axis=(1, 2))).reshape(KERNEL, KERNEL)
