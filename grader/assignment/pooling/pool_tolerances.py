"""Models of a comparison with a tolerance: which entries it takes for the maximum, and what they get."""

from collections.abc import Callable
from itertools import product

import numpy as np

from grader.assignment.pooling.pool_models import chosen, placed
from grader.oracles.numeric import Floats, OfCase

_DIGITS = range(2, 13)  # tolerances of 1e-2 to 1e-12: nobody takes others
_RELATIVE_DIGITS = range(2, 7)  # a smaller one takes nothing for equal that the points are judged on

Mask = Callable[[Floats], Floats]


def _absolute(digits: int) -> Mask:
    return lambda x: np.asarray(x.max(axis=-1, keepdims=True) - x < 10.0**-digits, dtype=float)


def _relative(digits: int) -> Mask:
    return lambda x: np.asarray(
        x.max(axis=-1, keepdims=True) - x <= 10.0**-digits * np.abs(x.max(axis=-1, keepdims=True)), dtype=float
    )


def _is_close(x: Floats) -> Floats:
    """What np.isclose takes for the maximum."""
    return np.asarray(np.isclose(x, x.max(axis=-1, keepdims=True)), dtype=float)


def _rounded(digits: int) -> Mask:
    def mask(x: Floats) -> Floats:
        rounded = np.round(x, digits)
        return np.asarray(rounded == rounded.max(axis=-1, keepdims=True), dtype=float)

    return mask


def _ways(mask: Mask) -> tuple[OfCase, ...]:
    """The whole gradient at every entry of the mask, shared among them, or at the first of them."""
    return (
        placed(lambda x, dY: mask(x) * dY),
        placed(lambda x, dY: mask(x) / mask(x).sum(axis=-1, keepdims=True) * dY),
        placed(lambda x, dY: chosen(mask(x)) * dY),
    )


WITH_A_TOLERANCE: tuple[OfCase, ...] = (
    *_ways(_is_close),
    *(way for digits in _RELATIVE_DIGITS for way in _ways(_relative(digits))),
    *(way for make, digits in product((_absolute, _rounded), _DIGITS) for way in _ways(make(digits))),
)
