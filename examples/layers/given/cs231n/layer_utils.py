"""Layers that often follow each other, as one."""

from .fast_layers import *
from .layers import *


def affine_relu_forward(x, w, b):
    """affine - relu -> out, cache."""
    between, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(between)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout, cache):
    """-> dx, dw, db."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def conv_relu_forward(x, w, b, conv_param):
    """conv - relu -> out, cache."""
    between, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, relu_cache = relu_forward(between)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout, cache):
    """-> dx, dw, db."""
    conv_cache, relu_cache = cache
    return conv_backward_fast(relu_backward(dout, relu_cache), conv_cache)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    """conv - relu - max pool -> out, cache."""
    between, conv_relu_cache = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = max_pool_forward_fast(between, pool_param)
    return out, (conv_relu_cache, pool_cache)


def conv_relu_pool_backward(dout, cache):
    """-> dx, dw, db."""
    conv_relu_cache, pool_cache = cache
    return conv_relu_backward(max_pool_backward_fast(dout, pool_cache), conv_relu_cache)
