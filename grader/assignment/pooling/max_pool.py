"""Max pooling, filter 2x2, stride 2: its forward pass and the numerical gradient of the loss <dY, maxpool(X)>."""

import math

import numpy as np

from grader.oracles.numeric import Floats, grouped_difference

POOL = 2  # filter size and stride


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


def max_pool(X: Floats) -> Floats:
    """(..., H, W) to (..., H//2, W//2)."""
    height, width = X.shape[-2] // POOL * POOL, X.shape[-1] // POOL * POOL
    upper = np.maximum(X[..., 0:height:POOL, 0:width:POOL], X[..., 0:height:POOL, 1:width:POOL])
    lower = np.maximum(X[..., 1:height:POOL, 0:width:POOL], X[..., 1:height:POOL, 1:width:POOL])
    return np.maximum(upper, lower)


def smallest_gap(X: Floats) -> float:
    """The smallest distance between two values of one window; 1 where there is no window."""
    values = np.sort(windows(X), axis=-1)
    return float((values[..., 1:] - values[..., :-1]).min()) if values.size else 1.0


def pool_gradient(dY: Floats, X: Floats) -> Floats:
    """∂<dY, maxpool(X)>/∂X for X (N, C, H, W) without ties: entries at the same place of all windows move together.

    The step, at most a quarter of the smallest gap, keeps clear of every kink; a power of two keeps sums exact.
    """
    row, column = np.indices(X.shape[-2:])
    groups = np.broadcast_to(row % POOL * POOL + column % POOL, X.shape)
    height, width = X.shape[-2] // POOL * POOL, X.shape[-1] // POOL * POOL

    def collect(rises: Floats) -> Floats:
        gradient = np.zeros(X.shape)
        for (a, b), rise in zip(np.ndindex(POOL, POOL), rises, strict=False):  # a map of one row has two groups
            gradient[..., a:height:POOL, b:width:POOL] = rise
        return gradient

    step = 2.0 ** math.floor(math.log2(smallest_gap(X) / 4))
    return grouped_difference(max_pool, groups, dY, collect, at=X, step=step)
