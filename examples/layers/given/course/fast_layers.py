"""Convolution and max pooling by products of matrices: the same functions as the naive ones, and quicker."""

import numpy as np

from .im2col import *
from .im2col_cython import col2im_6d_cython, col2im_cython, im2col_cython


def conv_forward_im2col(x, w, b, conv_param):
    """As conv_forward_naive."""
    filters, _, height, width = w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    columns = im2col_indices(x, height, width, pad, stride)
    rows = (x.shape[2] + 2 * pad - height) // stride + 1
    out = (w.reshape(filters, -1) @ columns + b.reshape(-1, 1)).reshape(filters, rows, -1, len(x))
    return np.ascontiguousarray(out.transpose(3, 0, 1, 2)), (x, w, b, conv_param, columns)


def conv_backward_im2col(dout, cache):
    """As conv_backward_naive."""
    x, w, _, conv_param, columns = cache
    filters, _, height, width = w.shape
    upstream = dout.transpose(1, 2, 3, 0).reshape(filters, -1)
    dcolumns = w.reshape(filters, -1).T @ upstream
    dx = col2im_indices(dcolumns, x.shape, height, width, conv_param["pad"], conv_param["stride"])
    return dx, (upstream @ columns.T).reshape(w.shape), dout.sum(axis=(0, 2, 3))


def max_pool_forward_im2col(x, pool_param):
    """As max_pool_forward_naive."""
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    single = x.reshape(-1, 1, *x.shape[2:])
    columns = im2col_indices(single, height, width, 0, stride)
    places = columns.argmax(axis=0)
    rows = (x.shape[2] - height) // stride + 1
    out = columns[places, np.arange(columns.shape[1])].reshape(rows, -1, *x.shape[:2])
    return np.ascontiguousarray(out.transpose(2, 3, 0, 1)), (x, pool_param, columns.shape, places)


def max_pool_backward_im2col(dout, cache):
    """As max_pool_backward_naive."""
    x, pool_param, shape, places = cache
    dcolumns = np.zeros(shape)
    dcolumns[places, np.arange(shape[1])] = dout.transpose(2, 3, 0, 1).ravel()
    single = (len(x) * x.shape[1], 1, *x.shape[2:])
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    return col2im_indices(dcolumns, single, height, width, 0, pool_param["stride"]).reshape(x.shape)


conv_forward_fast = conv_forward_strides = conv_forward_im2col
conv_backward_fast = conv_backward_strides = conv_backward_im2col
max_pool_forward_fast = max_pool_forward_reshape = max_pool_forward_im2col
max_pool_backward_fast = max_pool_backward_reshape = max_pool_backward_im2col
