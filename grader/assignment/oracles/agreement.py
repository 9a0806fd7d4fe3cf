"""Does an answer agree with what is expected? Value by value, or as one of the subgradients where maxima tie.

Agreement is `abs(a - b) <= atol + rtol * abs(b)`, never a division; what is not finite never gets here (`reading`).
"""

from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.assignment.oracles.arrays import SINGLE, SINGLE_NOTE, Answer, Case, Precision, answer
from grader.assignment.oracles.gradients import POOL, Floats, from_windows, windows

Truths: TypeAlias = NDArray[np.bool_]

_DIGITS = (6, 9, 12, 17)  # of the numbers in a sentence


def heard(value: Any, case: Case) -> Answer:
    """The answer to one case. Where it fails, but holds float32 numbers only (say, a list of them), it is compared at
    float32's precision."""
    given = answer(value, case)
    if given.precision is SINGLE or not complaint(case, given) or given.values is None or not _all_single(given.values):
        return given
    single = replace(given, precision=SINGLE, notes=(*given.notes, SINGLE_NOTE))
    return given if complaint(case, single) else single


def complaint(case: Case, given: Answer) -> str:
    """What is wrong with one answer, without its subject; empty if nothing is."""
    if given.values is None:
        return given.problem
    if case.tied:
        return tie_sentence(given.values, case, given.precision)
    right = close(given.values, case.expected, case.norm, given.precision).all()
    return "" if right else value_sentence(given.values, case, given.precision)


def close(values: Floats, expected: Floats, norm: float, precision: Precision) -> Any:
    """Where the entries agree."""
    return np.abs(values - expected) <= precision.atol * norm + precision.rtol * np.abs(expected)


def value_sentence(values: Floats, case: Case, precision: Precision) -> str:
    """How many entries are wrong, and the worst of them."""
    wrong = ~close(values, case.expected, case.norm, precision)
    place = np.unravel_index(int(np.argmax(np.where(wrong, np.abs(values - case.expected), -1.0))), values.shape)
    where = f" at [{', '.join(str(int(index)) for index in place)}]" if place else ""
    expected, got = told_apart(float(case.expected[place]), float(values[place]))
    return (
        f"differs from the numerical gradient in {int(wrong.sum())} of {wrong.size} entries; most{where}: "
        f"expected {expected}, got {got}"
    )


def told_apart(*numbers: float) -> list[str]:
    """Numbers with as few digits as show that they differ."""
    texts = [[f"{number + 0:.{digits}g}" for number in numbers] for digits in _DIGITS]  # + 0 turns -0.0 into 0
    return next((shown for shown in texts if len(set(shown)) == len(numbers)), texts[0])


def nearest(values: Floats, case: Case, precision: Precision) -> Floats:
    """What is expected; where maxima tie, the answer's own right windows, and even splits for the others."""
    if not case.tied:
        return case.expected
    wrong = np.logical_or.reduce(_faults(values, case, precision))[..., None]
    return from_windows(np.where(wrong, windows(case.expected), windows(values)), values.shape)


def tie_sentence(values: Floats, case: Case, precision: Precision) -> str:
    """What is wrong in the first window whose entries are no subgradient."""
    elsewhere, negative, total = _faults(values, case, precision)
    wrong = np.logical_or.reduce([elsewhere, negative, total])
    if not wrong.any():
        return ""
    n, c, i, j = place = tuple(int(index) for index in np.argwhere(wrong)[0])
    count = int(_maxima(case)[place].sum())
    ties = f"{count} entries tie for the maximum" if count > 1 else "one entry is the maximum"
    where = f"rows {POOL * i} to {POOL * i + 1}, columns {POOL * j} to {POOL * j + 1} of X[{n}, {c}]"
    start = f"is no subgradient in the window at {where}, where {ties}:"
    if elsewhere[place]:
        return f"{start} an entry that is not the maximum gets a gradient"
    if total[place]:
        got, whole = told_apart(float(windows(values)[place].sum()), float(case.inputs["dY"][place]))
        return f"{start} its entries sum to {got}, but the window has {whole} to hand on"
    return f"{start} an entry is weighted negatively"


def _faults(values: Floats, case: Case, precision: Precision) -> tuple[Truths, Truths, Truths]:
    """Window by window: a gradient off the maxima, a negative weight, weights that do not sum to one. A subgradient
    has none of these (Boyd, Vandenberghe: Subgradients, section 3.4). No division: weights times dY are compared."""
    dY, gradients = case.inputs["dY"], windows(values)
    slack = precision.atol * case.norm + precision.rtol * np.abs(dY)
    elsewhere = np.any(np.where(_maxima(case), 0.0, np.abs(gradients)) > slack[..., None], axis=-1)
    negative = np.any(gradients * np.sign(dY)[..., None] < -slack[..., None], axis=-1)
    return np.asarray(elsewhere), np.asarray(negative), np.abs(gradients.sum(axis=-1) - dY) > slack


def _maxima(case: Case) -> Truths:
    parts = windows(case.inputs["X"])
    return np.asarray(parts == parts.max(axis=-1, keepdims=True))


def _all_single(values: Floats) -> bool:
    with np.errstate(over="ignore", under="ignore"):
        return bool(np.all(values.astype(np.float32) == values))
