"""Does an answer agree with what is expected? Value by value, or as one of the subgradients where maxima tie.

Agreement is `abs(a - b) <= atol + rtol * abs(b)`, never a division; what is not finite never gets here (`reading`).
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment.oracles.arrays import SINGLE, SINGLE_NOTE, Answer, Case, Precision, answer
from grader.assignment.oracles.gradients import POOL, Floats, windows


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
    return (
        f"differs from the numerical gradient in {int(wrong.sum())} of {wrong.size} entries; most{where}: "
        f"expected {case.expected[place]:g}, got {values[place]:g}"
    )


def tie_sentence(values: Floats, case: Case, precision: Precision) -> str:
    """What is wrong in the first window whose entries are no subgradient: weights on the maxima are not negative and
    sum to one, all others are zero (Boyd, Vandenberghe: Subgradients, section 3.4). No division: weights times dY."""
    X, dY = case.inputs["X"], case.inputs["dY"]
    parts, gradients = windows(X), windows(values)
    maxima: NDArray[np.bool_] = parts == parts.max(axis=-1, keepdims=True)
    slack = precision.atol * case.norm + precision.rtol * np.abs(dY)
    elsewhere = np.any(np.where(maxima, 0.0, np.abs(gradients)) > slack[..., None], axis=-1)
    negative = np.any(gradients * np.sign(dY)[..., None] < -slack[..., None], axis=-1)
    total = np.abs(gradients.sum(axis=-1) - dY) > slack
    wrong = np.logical_or.reduce([elsewhere, negative, total])
    if not wrong.any():
        return ""
    n, c, i, j = (int(index) for index in np.argwhere(wrong)[0])
    window = f"rows {POOL * i} to {POOL * i + 1}, columns {POOL * j} to {POOL * j + 1} of X[{n}, {c}]"
    count = int(maxima[n, c, i, j].sum())
    ties = f"{count} entries tie for the maximum" if count > 1 else "one entry is the maximum"
    start = f"is no subgradient in the window at {window}, where {ties}:"
    if elsewhere[n, c, i, j]:
        return f"{start} an entry that is not the maximum gets a gradient"
    if total[n, c, i, j]:
        got = float(gradients[n, c, i, j].sum())
        return f"{start} its entries sum to {got:g}, but the window has {dY[n, c, i, j]:g} to hand on"
    return f"{start} an entry is weighted negatively"


def _all_single(values: Floats) -> bool:
    with np.errstate(over="ignore", under="ignore"):
        return bool(np.all(values.astype(np.float32) == values))
