"""Naming a mistake: an answer is compared with what each known misconception would give on the same inputs.

A misconception is named only when it reproduces the answer on every input on which one came, and the answer is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from grader.assignment.oracles.agreement import close
from grader.assignment.oracles.arrays import Case, Precision
from grader.assignment.oracles.gradients import Floats
from grader.assignment.oracles.reading import Numbers

Variant: TypeAlias = Callable[[Case], Numbers]
Seen: TypeAlias = Sequence[tuple[Case, Numbers, Precision]]


@dataclass(frozen=True, slots=True)
class Misconception:
    """A stable id, a sentence or two that teach without giving the solution away, and the ways to hold the
    misconception: each a function from a case to what would be returned for it."""

    id: str
    sentence: str
    variants: tuple[Variant, ...]

    def explains(self, seen: Seen) -> bool:
        """Whether one and the same variant gives every answer."""
        return any(all(_reproduces(variant, *item) for item in seen) for variant in self.variants)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A mistake that shows in the answer itself: `matches` looks at one case and its answer."""

    id: str
    sentence: str
    matches: Callable[[Case, Floats], bool]

    def explains(self, seen: Seen) -> bool:
        return all(values.shape == case.expected.shape and self.matches(case, values.real) for case, values, _ in seen)


Explanation: TypeAlias = Misconception | Pattern


def name(seen: Seen, known: Sequence[Explanation]) -> Explanation | None:
    """The first of `known` that explains all that was seen; the order is from the common to the rare."""
    return next((mistake for mistake in known if mistake.explains(seen)), None) if seen else None


def _reproduces(variant: Variant, case: Case, values: Numbers, precision: Precision) -> bool:
    try:
        with np.errstate(all="ignore"):
            predicted = variant(case)
    except (ValueError, IndexError):  # it cannot be carried out on this input, so it explains nothing here
        return False
    if predicted.shape != values.shape or np.iscomplexobj(values) or not np.isfinite(predicted).all():
        return False
    norm = max(case.norm, float(np.abs(predicted).max(initial=0.0)))
    return bool(close(values.real, predicted, norm, precision).all())


def of_result(change: Callable[[Floats], Numbers], *rights: Variant) -> tuple[Variant, ...]:
    """A right result, spoilt at the end. Where there are several right ones, `rights` gives some."""
    return tuple(lambda case, right=right: change(right(case)) for right in (_expected, *rights))


def _expected(case: Case) -> Floats:
    return case.expected


def common(*rights: Variant) -> tuple[Misconception, ...]:
    """What can happen to any gradient."""
    return (
        Misconception(
            "wrong-sign",
            "Every entry has the wrong sign. The gradient points uphill; the minus belongs to the descent step.",
            of_result(np.negative, *rights),
        ),
        Misconception(
            "all-zeros",
            "Every entry is zero. Is the result ever written to, and is what is written to also what is returned?",
            of_result(np.zeros_like),
        ),
        Misconception(
            "truncated-to-integers",
            "The entries are the right ones cut down to integers: an array of integers forgets what follows the point.",
            (*of_result(np.trunc, *rights), *of_result(np.round, *rights), *of_result(np.floor, *rights)),
        ),
        Misconception(
            "result-transposed",
            "The result is right, but transposed: its rows should be its columns.",
            of_result(lambda right: np.swapaxes(right, -1, -2), *rights),
        ),
        Misconception(
            "negative-gradients-dropped",
            "Negative gradients came out as zero or positive. A gradient may well be negative; cutting it off is "
            "ReLU's way.",
            (*of_result(lambda right: np.maximum(right, 0.0), *rights), *of_result(np.abs, *rights)),
        ),
    )
