"""The 3x3 convolution with zero padding 1 and stride 1: its forward pass and the numerical gradients of <dY, X * w>."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from grader.oracles.numeric import Floats, grouped_difference

KERNEL = 3  # the filter's height and width
CONVENTIONS = ("cross-correlation", "convolution")


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
    """∂<dY, X * w>/∂X, like dY (H, W): entries three apart move together, and nine outputs see each."""
    row, column = np.indices(dY.shape)
    groups = np.asarray(row % KERNEL * KERNEL + column % KERNEL)

    def collect(rises: Floats) -> Floats:
        return np.asarray(patches(rises)[groups, row, column].sum(axis=(-2, -1)))

    return grouped_difference(lambda X: convolve(X, w, convention), groups, dY, collect)


def weight_gradient(dY: Floats, X: Floats, convention: str) -> Floats:
    """∂<dY, X * w>/∂w, (3, 3), for X and dY (H, W): outputs see all nine weights, so each moves alone."""
    groups = np.arange(KERNEL * KERNEL).reshape(KERNEL, KERNEL)

    def collect(rises: Floats) -> Floats:
        return np.asarray(rises.sum(axis=(-2, -1))).reshape(KERNEL, KERNEL)

    return grouped_difference(lambda w: convolve(X, w, convention), groups, dY, collect)
