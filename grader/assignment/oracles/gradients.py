"""What is right, as mathematics: the two layers' forward passes and the central difference of the loss <dY, f(X)>.

Max pooling and convolution are piecewise linear, so a large step makes no truncation error; and since all inputs are
drawn as multiples of a power of two (see `cases`), every sum below is exact in float64. The gradient that comes out is
the true one to the last bit, and every tolerance of `arrays` is there for the student's rounding alone.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

PIECE_BYTES = (
    4 << 20
)  # of perturbed inputs in one forward call: about what fits the cache, and 30 times faster than more
POOL = 2  # filter size and stride
KERNEL = 3  # the filter's height and width
CONVENTIONS = ("cross-correlation", "convolution")


def central_differences(loss: Callable[[Floats], Floats], at: Floats, step: float) -> Floats:
    """The gradient of `loss` by each entry of `at`, like `at`.

    `loss` maps a batch (B, *at.shape) to B numbers; all perturbations go through it stacked along that axis, in pieces.
    """
    gradient = np.zeros(at.size)
    count = max(1, PIECE_BYTES // max(2 * at.nbytes, 1))
    for start in range(0, at.size, count):
        entries = np.arange(start, min(start + count, at.size))
        bumps = np.zeros((len(entries), at.size))
        bumps[np.arange(len(entries)), entries] = step
        batch = np.concatenate([at.ravel() + bumps, at.ravel() - bumps]).reshape(-1, *at.shape)
        above, below = loss(batch).reshape(2, -1)
        gradient[entries] = (above - below) / (2 * step)
    return gradient.reshape(at.shape)


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
    gaps = np.diff(np.sort(windows(X), axis=-1), axis=-1)
    return float(gaps.min()) if gaps.size else 1.0


def pool_gradient(dY: Floats, X: Floats) -> Floats:
    """∂<dY, maxpool(X)>/∂X for X (N, C, H, W) without ties. A quarter of the smallest gap keeps clear of every kink."""

    def loss(batch: Floats) -> Floats:
        return np.asarray((windows(batch).max(axis=-1) * dY).sum(axis=(1, 2, 3, 4)))

    return central_differences(loss, X, smallest_gap(X) / 4)


def convolve(X: Floats, w: Floats, convention: str) -> Floats:
    """Y of (..., H, W) with zero padding 1 and stride 1, for X (..., H, W) and w (..., 3, 3), stacked alike.

    Cross-correlation: Y[i, j] = sum of w[a, b] X[i+a-1, j+b-1]; convolution: sum of w[a, b] X[i-a+1, j-b+1]
    (Goodfellow, Bengio, Courville: Deep Learning, equations 9.6 and 9.4).
    """
    height, width = X.shape[-2:]
    padded = np.pad(X, [(0, 0)] * (X.ndim - 2) + [(1, 1), (1, 1)])
    kernel = w if convention == "cross-correlation" else w[..., ::-1, ::-1]
    shape = np.broadcast_shapes(X.shape[:-2], w.shape[:-2])
    Y = np.zeros((*shape, height, width))
    for a in range(KERNEL):
        for b in range(KERNEL):
            Y += kernel[..., a, b, None, None] * padded[..., a : a + height, b : b + width]
    return Y


def input_gradient(dY: Floats, w: Floats, convention: str) -> Floats:
    """∂<dY, X * w>/∂X, like dY (H, W). Y is linear in X, so that it may be taken at X = 0 and with step 1."""

    def loss(batch: Floats) -> Floats:
        return np.asarray((convolve(batch, w, convention) * dY).sum(axis=(1, 2)))

    return central_differences(loss, np.zeros_like(dY), 1.0)


def weight_gradient(dY: Floats, X: Floats, convention: str) -> Floats:
    """∂<dY, X * w>/∂w, (3, 3), for X and dY (H, W). Y is linear in w."""

    def loss(batch: Floats) -> Floats:
        return np.asarray((convolve(X, batch, convention) * dY).sum(axis=(1, 2)))

    return central_differences(loss, np.zeros((KERNEL, KERNEL)), 1.0)
