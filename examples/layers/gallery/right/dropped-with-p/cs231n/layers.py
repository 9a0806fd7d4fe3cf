"""The layers of a small network, solved: what each computes, and how a gradient comes back through it."""

from builtins import range

import numpy as np
from past.builtins import xrange

from cs231n.fast_layers import *


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
    """Inverted dropout. dropout_param: mode, seed (optional), and p: we drop each neuron output with probability p."""
    p = dropout_param["p"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    mask = (np.random.rand(*x.shape) >= p) / (1 - p)
    return x * mask, (dropout_param, mask)


def dropout_backward(dout, cache):
    """dout like x -> dx."""
    dropout_param, mask = cache
    return dout if dropout_param["mode"] == "test" else dout * mask


def conv_forward_naive(x, w, b, conv_param):
    return conv_forward_fast(x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    return conv_backward_fast(dout, cache)


def max_pool_forward_naive(x, pool_param):
    return max_pool_forward_fast(x, pool_param)


def max_pool_backward_naive(dout, cache):
    """Sample by sample: `xrange` is what some years' files still say."""
    x, _ = cache[:2]
    dx = np.zeros(x.shape)
    whole = max_pool_backward_fast(dout, cache)
    for n in xrange(len(x)):
        dx[n] = whole[n]
    return dx
