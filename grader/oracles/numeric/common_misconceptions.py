"""What can happen to any gradient: a right result, spoilt at the end."""

from collections.abc import Callable

import numpy as np

from grader.oracles.misconceptions import Misconception
from grader.oracles.numeric.arrays import Floats, Numbers
from grader.oracles.numeric.comparison import Case
from grader.oracles.numeric.naming import Model


def of_result(change: Callable[[Floats], Numbers], *rights: Callable[[Case], Numbers]) -> tuple[Model, ...]:
    """Models that change the right result. Where several are right, `rights` gives the others."""
    return tuple(lambda case, right=right: change(right(case)) for right in (_expected, *rights))


def _expected(case: Case) -> Floats:
    return case.expected


def common_misconceptions(*rights: Callable[[Case], Numbers]) -> tuple[Misconception[Model], ...]:
    """Misconceptions about gradients in general."""
    return (
        Misconception(
            "all-zeros",
            "Every entry is zero. Is the result ever written to, and is what is written to also what is returned?",
            of_result(np.zeros_like),
        ),
        Misconception(
            "wrong-sign",
            "Every entry has the wrong sign. The gradient points uphill; the minus belongs to the descent step.",
            of_result(np.negative, *rights),
        ),
        Misconception(
            "gradient-doubled",
            "Every entry is twice what it should be. Is something added twice? A slice of an array is a view of it: "
            "what is added to the slice is in the array already.",
            of_result(lambda right: 2 * right, *rights),
        ),
        Misconception(
            "truncated-to-integers",
            "The entries are the right ones cut down to integers: an integer array drops everything after the decimal "
            "point.",
            (*of_result(np.trunc, *rights), *of_result(np.round, *rights), *of_result(np.floor, *rights)),
        ),
        Misconception(
            "result-transposed",
            "The result is right, but transposed: its rows should be its columns.",
            of_result(lambda right: np.swapaxes(right, -1, -2), *rights),
        ),
        Misconception(
            "axes-dropped",
            "Axes of length 1 are missing in the result: it has the shape of the input, with all of its axes.",
            of_result(np.squeeze, *rights),
        ),
        Misconception(
            "negative-gradients-dropped",
            "Negative gradients came out as zero or positive. A gradient may well be negative; cutting it off is "
            "ReLU's way.",
            (*of_result(lambda right: np.maximum(right, 0.0), *rights), *of_result(np.abs, *rights)),
        ),
    )
