"""What the usual layers compute: forward passes through which complex numbers go, for gradients by the complex step.

Where a function has branches, the real part takes them, so that the derivative is that of the branch. Images are
(N, C, H, W), and a convolution is a cross-correlation, as in PyTorch.
"""

from typing import Any

import numpy as np

from grader.oracles.numeric import Numbers


def affine(x: Any, w: Any, b: Any) -> Numbers:
    """(N, d_1, ..., d_k), (D, M), (M,) -> (N, M)."""
    return np.asarray(x.reshape(len(x), -1) @ w + b)


def relu(x: Any) -> Numbers:
    """max(0, x); its derivative at 0 is taken as 0."""
    return np.where(x.real > 0, x, 0)


def softmax_loss(x: Any, y: Any) -> Numbers:
    """(N, C), labels (N,) -> the mean cross-entropy."""
    x = x - x.real.max(axis=1, keepdims=True)
    return np.asarray((np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), y]).mean())


def svm_loss(x: Any, y: Any) -> Numbers:
    """(N, C), labels (N,) -> the mean over samples of the sum over wrong classes of max(0, margin)."""
    samples = np.arange(len(x))
    margins = relu(x - x[samples, y][:, np.newaxis] + 1)
    margins[samples, y] = 0
    return np.asarray(margins.sum() / len(x))


def batchnorm(x: Any, gamma: Any, beta: Any, eps: Any) -> Numbers:
    """(N, D), (D,), (D,) -> (N, D), with the batch's own statistics (Ioffe, Szegedy 2015, algorithm 1)."""
    centred = x - x.mean(axis=0)
    return np.asarray(gamma * centred / np.sqrt((centred**2).mean(axis=0) + eps) + beta)


def batchnorm_at_test_time(x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any, eps: Any) -> Numbers:
    """The same with statistics from training."""
    return np.asarray(gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta)


def windows(x: Any, height: Any, width: Any, stride: Any) -> Numbers:
    """(N, C, H, W) -> (N, C, H', W', height, width): a view, to be read only.

    A gradient by the complex step takes thousands of these, and numpy's `sliding_window_view` 40 microseconds for each.
    """
    height, width, stride = int(height), int(width), int(stride)
    x = np.ascontiguousarray(x)
    samples, channels, rows, columns = x.shape
    places = ((rows - height) // stride + 1, (columns - width) // stride + 1)
    by_sample, by_channel, down, right = x.strides
    return np.ndarray(
        (samples, channels, *places, height, width),
        x.dtype,
        x,
        strides=(by_sample, by_channel, down * stride, right * stride, down, right),
    )


def padded(x: Any, pad: Any) -> Numbers:
    """(N, C, H, W) -> (N, C, H + 2 pad, W + 2 pad): a ring of zeros around each map."""
    pad = int(pad)
    samples, channels, rows, columns = x.shape
    whole = np.zeros((samples, channels, rows + 2 * pad, columns + 2 * pad), x.dtype)
    whole[:, :, pad : pad + rows, pad : pad + columns] = x
    return whole


def conv(x: Any, w: Any, b: Any, stride: Any, pad: Any) -> Numbers:
    """(N, C, H, W), (F, C, HH, WW), (F,) -> (N, F, H', W'): a cross-correlation."""
    height, width = w.shape[2:]
    patches = windows(padded(x, pad), height, width, stride).transpose(0, 2, 3, 1, 4, 5)
    maps = patches.reshape(*patches.shape[:3], -1) @ w.reshape(len(w), -1).T + b
    return np.asarray(maps.transpose(0, 3, 1, 2))


def max_pool(x: Any, pool_height: Any, pool_width: Any, stride: Any) -> Numbers:
    """(N, C, H, W) -> (N, C, H', W')."""
    patches = windows(x, pool_height, pool_width, stride)
    patches = patches.reshape(*patches.shape[:4], -1)
    return np.take_along_axis(patches, patches.real.argmax(axis=-1)[..., np.newaxis], axis=-1)[..., 0]
