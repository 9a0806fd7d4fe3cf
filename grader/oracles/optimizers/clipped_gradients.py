"""Gradients that a step() has clipped before it used them: its own, but for their length."""

from collections.abc import Sequence
from typing import Any

import numpy as np

SAME = 1e-3  # relative: clipping adds a 1e-6 to norms, and computes in single precision


def is_clipped(given: Any, used: Any, sizes: Sequence[int]) -> bool:
    """Whether `used` (steps, n) are `given`, clipped entry by entry to one value, or in each step by norm: that of all,
    or of each of the tensors that have so many (`sizes`) of the n entries. NaN stands for no gradient."""
    if given.shape != used.shape or not np.array_equal(np.isnan(given), np.isnan(used)):
        return False
    given, used = np.nan_to_num(given), np.nan_to_num(used)
    limit = np.abs(used).max(initial=0.0)
    if _is_same(used, np.clip(given, -limit, limit)):
        return True
    ends = np.cumsum(sizes)[:-1]
    tensors = zip(np.split(given, ends, axis=1), np.split(used, ends, axis=1), strict=True)
    return all(_is_shortened(*pair) for pair in tensors)


def _is_shortened(given: Any, used: Any) -> bool:
    """Whether each row is a multiple of the given one, by a factor from 0 to 1, itself not 0."""
    squares = (given**2).sum(axis=1)
    factors = np.divide((given * used).sum(axis=1), squares, out=np.ones_like(squares), where=squares > 0)
    return bool(((factors > 0) & (factors <= 1 + SAME)).all()) and _is_same(used, factors[:, None] * given)


def _is_same(first: Any, second: Any) -> bool:
    return bool((np.abs(first - second) <= SAME * np.abs(second).max(axis=1, keepdims=True, initial=0.0)).all())
