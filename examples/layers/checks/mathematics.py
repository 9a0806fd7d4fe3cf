"""What the layers compute, and its gradient: forward passes that complex numbers go through, and the complex step.

Where a function has branches, the real part takes them, so that the derivative is that of the branch.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.oracles.numeric import Numbers, complex_step


def affine(x: Any, w: Any, b: Any) -> Numbers:
    """(N, d_1, ..., d_k), (D, M), (M,) -> (N, M)."""
    return x.reshape(len(x), -1) @ w + b


def relu(x: Any) -> Numbers:
    return np.where(x.real > 0, x, 0)


def softmax_loss(x: Any, y: Any) -> Numbers:
    """(N, C), labels (N,) -> the mean cross-entropy."""
    x = x - x.real.max(axis=1, keepdims=True)
    return (np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), y]).mean()


def svm_loss(x: Any, y: Any) -> Numbers:
    """(N, C), labels (N,) -> the mean over samples of the sum over wrong classes of max(0, margin)."""
    samples = np.arange(len(x))
    margins = relu(x - x[samples, y][:, np.newaxis] + 1)
    margins[samples, y] = 0
    return margins.sum() / len(x)


def batchnorm(x: Any, gamma: Any, beta: Any, eps: Any) -> Numbers:
    """(N, D), (D,), (D,) -> (N, D), with the batch's own statistics (Ioffe, Szegedy 2015, algorithm 1)."""
    centred = x - x.mean(axis=0)
    return gamma * centred / np.sqrt((centred**2).mean(axis=0) + eps) + beta


def batchnorm_at_test_time(x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any, eps: Any) -> Numbers:
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta


def windows(x: Any, height: Any, width: Any, stride: Any) -> Numbers:
    """(N, C, H, W) -> (N, C, H', W', height, width): a view."""
    every = np.lib.stride_tricks.sliding_window_view(x, (int(height), int(width)), axis=(2, 3))
    return every[:, :, :: int(stride), :: int(stride)]


def padded(x: Any, pad: Any) -> Numbers:
    ring = (int(pad), int(pad))
    return np.pad(x, ((0, 0), (0, 0), ring, ring))


def conv(x: Any, w: Any, b: Any, stride: Any, pad: Any) -> Numbers:
    """(N, C, H, W), (F, C, HH, WW), (F,) -> (N, F, H', W'): a cross-correlation."""
    patches = windows(padded(x, pad), *w.shape[2:], stride)
    return np.tensordot(patches, w, ([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2) + b[:, np.newaxis, np.newaxis]


def max_pool(x: Any, pool_height: Any, pool_width: Any, stride: Any) -> Numbers:
    """(N, C, H, W) -> (N, C, H', W')."""
    patches = windows(x, pool_height, pool_width, stride)
    patches = patches.reshape(*patches.shape[:4], -1)
    return np.take_along_axis(patches, patches.real.argmax(axis=-1)[..., np.newaxis], axis=-1)[..., 0]


def squares(reg: Any, *weights: Any) -> Numbers:
    """L2 regularisation, with its half."""
    return 0.5 * reg * sum((w**2).sum() for w in weights)


def two_layer_scores(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Numbers:
    return affine(relu(affine(X, W1, b1)), W2, b2)


def two_layer_loss(X: Any, y: Any, reg: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Numbers:
    return softmax_loss(two_layer_scores(X, W1, b1, W2, b2), y) + squares(reg, W1, W2)


def conv_net_scores(X: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> Numbers:
    maps = max_pool(relu(conv(X, W1, b1, 1, (W1.shape[2] - 1) // 2)), 2, 2, 2)
    return affine(relu(affine(maps, W2, b2)), W3, b3)


def conv_net_loss(X: Any, y: Any, reg: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> Numbers:
    return softmax_loss(conv_net_scores(X, W1, b1, W2, b2, W3, b3), y) + squares(reg, W1, W2, W3)


def gradient(forward: Callable[..., Numbers], inputs: dict[str, Any], name: str, upstream: Any = 1.0) -> Numbers:
    """The gradient of the sum of upstream·forward by the input of that name, like it."""
    return complex_step(lambda moved: (upstream * forward(**{**inputs, name: moved})).sum(), inputs[name])
