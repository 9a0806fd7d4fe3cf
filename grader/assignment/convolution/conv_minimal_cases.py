"""Small integer cases for 3.4 and 3.5, from the smallest up to 4x4: on the first that is wrong a mistake shows best."""

import numpy as np

from grader.assignment.convolution.conv_cases import input_case, weight_case
from grader.assignment.convolution.convolve import KERNEL
from grader.oracles.numeric import Case, Floats

_W = np.arange(1.0, 10.0).reshape(KERNEL, KERNEL)
# No two values alike or nearly opposite: an exchange must not look like a sign.
_DY = tuple(
    np.array(rows, dtype=float)
    for rows in (
        [[2]],
        [[2, 5]],
        [[2], [5]],
        [[2, 5], [3, -30]],
        [[0, 0, 0], [0, 2, 0], [0, 0, 0]],
        [[2, 5, 1], [3, -30, 4]],
        [[2, 5, 1], [3, -30, 4], [7, 6, 15]],
        [[0.5]],
        [[2, 5, 1, 7], [3, -30, 4, 6], [12, 8, 15, 10], [11, -60, 14, 13]],
    )
)


def input_minimal_cases(convention: str) -> tuple[Case, ...]:
    """dX for w = 1..9."""
    return tuple(input_case(dY, _W, convention) for dY in _DY)


def weight_minimal_cases(convention: str, interior: bool) -> tuple[Case, ...]:
    """dw for X = 1, 2, ...; `interior`: with an outer ring of zeros."""
    if interior:
        cores = (_DY[0], _DY[3], np.array([[0.0, 2.0], [0.0, 0.0]]))
        ringed = tuple(weight_case(np.pad(dY, 1), np.pad(_counted(dY.shape), 1), convention) for dY in cores)
        return (*ringed, weight_case(_DY[3], _counted(_DY[3].shape), convention))  # the last tells mistakes apart
    return tuple(weight_case(dY, _counted(dY.shape), convention) for dY in _DY)


def _counted(shape: tuple[int, ...]) -> Floats:
    return np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
