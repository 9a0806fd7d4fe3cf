"""A map's windows as the columns of a matrix, and back: a convolution is then one product of matrices."""

import numpy as np


def get_im2col_indices(x_shape, field_height, field_width, padding=1, stride=1):
    """Channel, row and column of every entry of every window in the padded map: (C·h·w, 1) and twice (C·h·w, H'·W')."""
    _, channels, height, width = x_shape
    assert (height + 2 * padding - field_height) % stride == 0
    assert (width + 2 * padding - field_width) % stride == 0
    rows = (height + 2 * padding - field_height) // stride + 1
    cols = (width + 2 * padding - field_width) // stride + 1
    k, i, j = np.indices((channels, field_height, field_width)).reshape(3, -1, 1)
    top, left = stride * np.indices((rows, cols)).reshape(2, 1, -1)
    return k, i + top, j + left


def im2col_indices(x, field_height, field_width, padding=1, stride=1):
    """x: (N, C, H, W) -> (C·h·w, H'·W'·N); the images of one place stand side by side."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    k, i, j = get_im2col_indices(x.shape, field_height, field_width, padding, stride)
    columns = padded[:, k, i, j]
    return columns.transpose(1, 2, 0).reshape(columns.shape[1], -1)


def col2im_indices(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    """The transpose of `im2col_indices`: each entry is the sum of what stands for it in the columns."""
    images, channels, height, width = x_shape
    padded = np.zeros((images, channels, height + 2 * padding, width + 2 * padding), dtype=cols.dtype)
    k, i, j = get_im2col_indices(x_shape, field_height, field_width, padding, stride)
    np.add.at(padded, (slice(None), k, i, j), cols.reshape(i.shape[0], -1, images).transpose(2, 0, 1))
    return padded[:, :, padding : padding + height, padding : padding + width]
