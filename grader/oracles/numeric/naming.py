"""Naming a mistake: what came is compared with what the models of each misconception give on the same inputs.

A misconception is named only when one of its models reproduces every answer that came, the calls that raised among
them, and what is not finite where it is not. Where no number came there is nothing to tell misconceptions apart by, so
none is named.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from grader.oracles.misconceptions import Misconception, recognise_all
from grader.oracles.numeric.arrays import Floats, Numbers
from grader.oracles.numeric.comparison import Answer, Case, close


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model with a free part, which is read off the answer: (case, values) -> what would have been returned. Not all
    values may be finite."""

    predict: Callable[[Case, Floats], Numbers]


# What would be returned for a case. A model raises one of FAULTS where somebody's code would.
OfCase: TypeAlias = Callable[[Case], Numbers]
Model: TypeAlias = OfCase | Fitted
FAULTS = (ValueError, IndexError, TypeError, ZeroDivisionError)


def explain(
    answers: Sequence[tuple[Case, Answer | None]],
    misconceptions: Sequence[Misconception[Model]],
    small: Sequence[tuple[Case, Answer | None]] = (),
) -> Iterator[Misconception[Model]]:
    """Those of `misconceptions` that explain all `answers` (None: the call raised), in their order, each looked for
    when it is asked for: who needs the first pays for no more.

    `small` are answers to minimal cases. A fitted model need not explain them: what it would fit to a few small
    integers is chance.
    """
    if any(_unreadable(answer) for _, answer in answers) or not any(_tells(answer) for _, answer in (*answers, *small)):
        return iter(())

    def reproduces(model: Model) -> bool:
        cases = answers if isinstance(model, Fitted) else (*answers, *small)
        return all(_reproduces(model, case, answer) for case, answer in cases)

    return recognise_all(misconceptions, reproduces)


def _unreadable(answer: Answer | None) -> bool:
    return answer is not None and _numbers(answer) is None


def _tells(answer: Answer | None) -> bool:
    """Whether there is a number in it: that calls raise, or that all is NaN, has many reasons."""
    values = None if answer is None else _numbers(answer)
    return values is not None and bool(np.isfinite(values).any() or not values.size)


def _numbers(answer: Answer) -> Numbers | None:
    return answer.raw if answer.raw is not None else answer.not_finite


def _reproduces(model: Model, case: Case, answer: Answer | None) -> bool:
    values = None if answer is None else _numbers(answer)
    try:
        with np.errstate(all="ignore"):
            predicted = _fit(model, case, values) if isinstance(model, Fitted) else as_numbers(model(case))
    except FAULTS:
        return answer is None
    if answer is None or values is None or predicted is None:
        return False
    finite = np.isfinite(values)
    if predicted.shape != values.shape or np.iscomplexobj(values) or (np.isfinite(predicted) != finite).any():
        return False
    norm = case.norm  # whatever a fitted model takes from the answer, the rest has to be right
    if not isinstance(model, Fitted):
        norm = max(norm, float(np.abs(predicted[finite]).max(initial=0.0)))
    return bool(close(values[finite], predicted[finite], norm, answer.precision).all())


def as_numbers(predicted: Any) -> Numbers | None:
    """What a model gave as an array: a number will do; None for what is not made of numbers."""
    numbers = np.asarray(predicted)
    return numbers if numbers.dtype.kind in "biufc" else None


def _fit(model: Fitted, case: Case, values: Numbers | None) -> Numbers | None:
    return model.predict(case, values.real) if values is not None and values.shape == case.expected.shape else None
