"""Naming a mistake: what came is compared with what the models of each misconception give on the same inputs.

A misconception is named only when one of its models reproduces every answer that came, the calls that raised among
them. Where every call raised there is nothing to tell misconceptions apart by, so none is named.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from grader.oracles.misconceptions import Misconception, recognise_all
from grader.oracles.numeric.arrays import Floats, Numbers
from grader.oracles.numeric.comparison import Answer, Case, close


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model with a free part, which is read off the answer: (case, values) -> what would have been returned."""

    predict: Callable[[Case, Floats], Numbers]


# What would be returned for a case. A model raises one of FAULTS where somebody's code would.
OfCase: TypeAlias = Callable[[Case], Numbers]
Model: TypeAlias = OfCase | Fitted
FAULTS = (ValueError, IndexError, TypeError, ZeroDivisionError)


def explain(
    answers: Sequence[tuple[Case, Answer | None]],
    misconceptions: Sequence[Misconception[Model]],
    small: Sequence[tuple[Case, Answer | None]] = (),
) -> list[Misconception[Model]]:
    """Those of `misconceptions` that explain all `answers` (None: the call raised), in their order.

    `small` are answers to minimal cases. A fitted model need not explain them: what it would fit to a few small
    integers is chance.
    """
    if all(answer is None for _, answer in answers) or any(_unreadable(answer) for _, answer in answers):
        return []

    def reproduces(model: Model) -> bool:
        cases = answers if isinstance(model, Fitted) else (*answers, *small)
        return all(_reproduces(model, case, answer) for case, answer in cases)

    return recognise_all(misconceptions, reproduces)


def _unreadable(answer: Answer | None) -> bool:
    return answer is not None and answer.raw is None


def _reproduces(model: Model, case: Case, answer: Answer | None) -> bool:
    values = answer.raw if answer is not None else None
    try:
        with np.errstate(all="ignore"):
            predicted = _fit(model, case, values) if isinstance(model, Fitted) else model(case)
    except FAULTS:
        return answer is None
    if answer is None or values is None or predicted is None:
        return False
    if predicted.shape != values.shape or np.iscomplexobj(values) or not np.isfinite(predicted).all():
        return False
    norm = max(case.norm, float(np.abs(predicted).max(initial=0.0)))
    return bool(close(values.real, predicted, norm, answer.precision).all())


def _fit(model: Fitted, case: Case, values: Numbers | None) -> Numbers | None:
    fits = values is not None and values.shape == case.expected.shape
    return model.predict(case, values.real) if values is not None and fits else None
