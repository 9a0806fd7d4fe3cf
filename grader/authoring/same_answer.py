"""Whether two answers to one question are the same, but for rounding and for how an expression is written."""

from collections.abc import Callable
from itertools import starmap
from typing import Any

import numpy as np

from grader.sandbox.child.protocol import Array, Tree, Value
from grader.sandbox.launcher import CallFailed, Reply
from grader.suite.wire_values import from_wire

RTOL = 1e-9  # of the largest entry: another order of a sum moves less, and a mistake more

EqualTrees = Callable[[Tree, Tree], bool]


def same_reply(left: Reply, right: Reply, equal_trees: EqualTrees) -> bool:
    """Whether both returned the same, or neither returned anything for the same reason."""
    if isinstance(left, CallFailed) or isinstance(right, CallFailed):
        return isinstance(left, CallFailed) and isinstance(right, CallFailed) and left.kind == right.kind
    return same_value(left.value, right.value, equal_trees)


def same_value(left: Value, right: Value, equal_trees: EqualTrees) -> bool:
    match left, right:
        case Tree(), Tree():
            return left == right or equal_trees(left, right)
        case list(), list() if not all(isinstance(item, int | float) for item in (*left, *right)):
            return len(left) == len(right) and all(
                starmap(lambda a, b: same_value(a, b, equal_trees), zip(left, right, strict=True))
            )
        case dict(), dict():
            return left.keys() == right.keys() and all(same_value(left[key], right[key], equal_trees) for key in left)
        case ((Array() | list() | float() | int()), (Array() | list() | float() | int())):
            return _same_numbers(from_wire(left), from_wire(right))
        case _:
            return left == right


def _same_numbers(left: Any, right: Any) -> bool:
    try:
        left_array, right_array = np.asarray(left), np.asarray(right)
        if left_array.shape != right_array.shape:
            return False
        scale = np.abs(left_array[np.isfinite(left_array)]).max(initial=0.0)
        return bool(np.allclose(left_array, right_array, rtol=0.0, atol=RTOL * scale, equal_nan=True))
    except (TypeError, ValueError):  # texts among them, or rows of different lengths: not the same numbers
        return False
