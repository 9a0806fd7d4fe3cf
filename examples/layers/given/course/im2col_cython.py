"""What some years' files import as compiled code, in NumPy: nothing has to be built."""

import numpy as np

from .im2col import col2im_indices, im2col_indices


def im2col_cython(x, field_height, field_width, padding, stride):
    """x: (N, C, H, W) -> (C·h·w, H'·W'·N)."""
    return im2col_indices(x, field_height, field_width, padding, stride)


def col2im_cython(cols, N, C, H, W, field_height, field_width, padding, stride):
    """(C·h·w, H'·W'·N) -> (N, C, H, W)."""
    return col2im_indices(cols, (N, C, H, W), field_height, field_width, padding, stride)


def col2im_6d_cython(cols, N, C, H, W, HH, WW, pad, stride):
    """(C, h, w, N, H', W') -> (N, C, H, W)."""
    columns = np.ascontiguousarray(cols).transpose(0, 1, 2, 4, 5, 3).reshape(C * HH * WW, -1)
    return col2im_indices(columns, (N, C, H, W), HH, WW, pad, stride)
