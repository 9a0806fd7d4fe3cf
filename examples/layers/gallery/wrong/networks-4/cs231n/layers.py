"""The layers of a small network, solved: what each computes, and how a gradient comes back through it."""

import numpy as np


def affine_forward(x, w, b):
    """x: (N, d_1, ..., d_k), w: (D, M) with D = d_1·...·d_k, b: (M,) -> out (N, M), cache."""
    return x.reshape(len(x), -1) @ w + b, (x, w, b)


def affine_backward(dout, cache):
    """dout: (N, M) -> dx, dw, db, each like what it is the gradient of."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


def relu_forward(x):
    """x of any shape -> out, cache."""
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    """dout like x -> dx."""
    return dout * (cache > 0)


def softmax_loss(x, y):
    """Scores x: (N, C), labels y: (N,) -> the mean cross-entropy, and its gradient by x."""
    shifted = x - x.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    samples = np.arange(len(x))
    dx = np.exp(log_probabilities)
    dx[samples, y] -= 1
    return -log_probabilities[samples, y].mean(), dx / len(x)


def svm_loss(x, y):
    """Scores x: (N, C), labels y: (N,) -> the mean multiclass hinge loss with margin 1, and its gradient by x."""
    samples = np.arange(len(x))
    margins = np.maximum(0, x - x[samples, y][:, np.newaxis] + 1)
    margins[samples, y] = 0
    dx = (margins > 0).astype(float)
    dx[samples, y] = -dx.sum(axis=1)
    return margins.sum() / len(x), dx / len(x)


def batchnorm_forward(x, gamma, beta, bn_param):
    """x: (N, D), gamma, beta: (D,) -> out (N, D), cache.

    bn_param: mode ("train" or "test"), eps, momentum, running_mean, running_var; the last two are kept up to date.
    """
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1]))
    if bn_param["mode"] == "test":
        return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    mean, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + eps)
    normalised = (x - mean) / std
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    return gamma * normalised + beta, (normalised, std, gamma)


def batchnorm_backward(dout, cache):
    """Through the graph, node by node, back from the output -> dx, dgamma, dbeta."""
    normalised, std, gamma = cache
    dnormalised = dout * gamma
    dcentred = dnormalised / std
    dvar = -(dnormalised * normalised).sum(axis=0) / (2 * std**2)
    dcentred += 2 * dvar * normalised * std / len(dout)
    dx = dcentred - dcentred.mean(axis=0)
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward_alt(dout, cache):
    """The same, simplified on paper first."""
    normalised, std, gamma = cache
    dgamma, dbeta = (dout * normalised).sum(axis=0), dout.sum(axis=0)
    dx = gamma / std * (dout - (dbeta + normalised * dgamma) / len(dout))
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    """Inverted dropout. dropout_param: mode, seed (optional), and p: we keep each neuron output with probability p."""
    p = dropout_param["p"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    mask = (np.random.rand(*x.shape) < p) / p
    return x * mask, (dropout_param, mask)


def dropout_backward(dout, cache):
    """dout like x -> dx."""
    dropout_param, mask = cache
    return dout if dropout_param["mode"] == "test" else dout * mask


def _windows(size, window, stride):
    """Where the windows along an axis begin."""
    return range(0, size - window + 1, stride)


def conv_forward_naive(x, w, b, conv_param):
    """x: (N, C, H, W), w: (F, C, HH, WW), b: (F,), conv_param: stride, pad -> out (N, F, H', W'), cache."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    height, width = w.shape[2:]
    rows = _windows(padded.shape[2], height, stride)
    cols = _windows(padded.shape[3], width, stride)
    out = np.empty((len(x), len(w), len(rows), len(cols)))
    for i, row in enumerate(rows):
        for j, col in enumerate(cols):
            window = padded[:, np.newaxis, :, row : row + height, col : col + width]
            out[:, :, i, j] = (window * w).sum(axis=(2, 3, 4)) + b
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    """dout: (N, F, H', W') -> dx, dw, db."""
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    height, width = w.shape[2:]
    for i, row in enumerate(_windows(padded.shape[2], height, stride)):
        for j, col in enumerate(_windows(padded.shape[3], width, stride)):
            upstream = dout[:, :, i, j]
            window = (slice(None), slice(None), slice(row, row + height), slice(col, col + width))
            dpadded[window] += np.tensordot(upstream, w, axes=1)
            dw += np.tensordot(upstream, padded[window], axes=(0, 0))
    rows, cols = x.shape[2:]
    return dpadded[:, :, pad : pad + rows, pad : pad + cols], dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x, pool_param):
    """x: (N, C, H, W), pool_param: pool_height, pool_width, stride -> out (N, C, H', W'), cache."""
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, cols = _windows(x.shape[2], height, stride), _windows(x.shape[3], width, stride)
    out = np.empty((*x.shape[:2], len(rows), len(cols)))
    for i, row in enumerate(rows):
        for j, col in enumerate(cols):
            out[:, :, i, j] = x[:, :, row : row + height, col : col + width].max(axis=(2, 3))
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    """dout: (N, C, H', W') -> dx: each window's gradient is its maximum's; windows that overlap add up."""
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        row, col = i * stride, j * stride
        window = x[n, c, row : row + height, col : col + width]
        down, right = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, row + down, col + right] += dout[n, c, i, j]
    return dx
