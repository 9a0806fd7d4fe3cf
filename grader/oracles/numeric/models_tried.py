"""What the models of a question's misconceptions answer: whether they are wrong, and whether they can be told apart."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from grader.oracles.misconceptions import Misconception, NoAnswerError, Rehearsal
from grader.oracles.numeric.arrays import Numbers
from grader.oracles.numeric.comparison import DOUBLE, Case, close, mismatch, read_and_compare
from grader.oracles.numeric.naming import FAULTS, Fitted, Model, OfCase, as_numbers

Answers: TypeAlias = list[Numbers | None]  # a case each; None where there is none


def rehearsal(
    cases: Sequence[Case], minimal_cases: Sequence[Case], misconceptions: Sequence[Misconception[Model]]
) -> Rehearsal[Model]:
    """The cases decide the mark; the minimal cases, too, tell misconceptions apart."""
    all_cases = [*cases, *minimal_cases]

    def answer(model: Model) -> Answers | None:
        return None if isinstance(model, Fitted) else _answers(model, all_cases)

    def is_right(answers: Answers) -> bool:
        return all(map(_is_right, cases, answers))

    def same(some: Answers, others: Answers) -> bool:
        return all(map(_is_same, all_cases, some, others))

    return Rehearsal(misconceptions, answer, is_right, same)


def _answers(model: OfCase, cases: Sequence[Case]) -> Answers:
    answers: Answers = []
    reason = ""
    for case in cases:
        try:
            with np.errstate(all="ignore"):
                predicted = model(case)
        except FAULTS as error:
            reason = f"{type(error).__name__}: {error}"
            answers.append(None)
        else:
            answers.append(as_numbers(predicted))
            reason = reason if answers[-1] is not None else f"{type(predicted).__name__} is not an array of numbers"
    if all(answer is None for answer in answers):
        raise NoAnswerError(reason)
    return answers


def _is_right(case: Case, answer: Numbers | None) -> bool:
    return answer is not None and not mismatch(case, read_and_compare(answer, case))


def _is_same(case: Case, first: Numbers | None, other: Numbers | None) -> bool:
    if first is None or other is None:
        return first is other
    if first.shape != other.shape:
        return False
    norm = max(case.norm, float(np.abs(first[np.isfinite(first)]).max(initial=0.0)))
    with np.errstate(all="ignore"):
        return bool((close(first, other, norm, DOUBLE) | (first == other) | (np.isnan(first) & np.isnan(other))).all())
