"""Gradients that a step() has clipped before it used them: its own, but for their length."""

from collections.abc import Sequence
from typing import Any

import numpy as np

SAME = 1e-3  # relative: clipping adds a 1e-6 to norms, and computes in single precision


def is_clipped(before: Any, after: Any, sizes: Sequence[int]) -> bool:
    """Whether `after` (steps, n) are `before`, clipped entry by entry to one value, or in each step by norm: that of
    all, or of each of the tensors that have so many (`sizes`) of the n entries. NaN stands for no gradient."""
    if before.shape != after.shape or not np.array_equal(np.isnan(before), np.isnan(after)):
        return False
    before, after = np.nan_to_num(before), np.nan_to_num(after)
    limit = np.abs(after).max(initial=0.0)
    if _is_same(after, np.clip(before, -limit, limit)):
        return True
    ends = np.cumsum(sizes)[:-1]
    tensors = zip(np.split(before, ends, axis=1), np.split(after, ends, axis=1), strict=True)
    return all(_is_shortened(*pair) for pair in tensors)


def _is_shortened(before: Any, after: Any) -> bool:
    """Whether each row is a multiple of the given one, by a factor from 0 to 1, itself not 0."""
    squares = (before**2).sum(axis=1)
    factors = np.divide((before * after).sum(axis=1), squares, out=np.ones_like(squares), where=squares > 0)
    return bool(((factors > 0) & (factors <= 1 + SAME)).all()) and _is_same(after, factors[:, None] * before)


def _is_same(first: Any, second: Any) -> bool:
    return bool((np.abs(first - second) <= SAME * np.abs(second).max(axis=1, keepdims=True, initial=0.0)).all())
