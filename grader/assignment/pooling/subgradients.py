"""Max pooling where maxima tie: any subgradient is right.

A subgradient has, in each window, weights on maxima only, none negative, summing to one (Boyd, Vandenberghe:
Subgradients, section 3.4).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.assignment.pooling.max_pool import POOL, from_windows, windows
from grader.oracles.figures import figures_apart
from grader.oracles.numeric import Accepted, Case, Floats, Precision

Truths: TypeAlias = NDArray[np.bool_]


def mismatch(values: Floats, case: Case, precision: Precision) -> str:
    """What is wrong in the first window whose entries are no subgradient; empty if nothing is."""
    elsewhere, negative, total = _faults(values, case, precision)
    wrong = np.logical_or.reduce([elsewhere, negative, total])
    if not wrong.any():
        return ""
    n, c, i, j = place = tuple(int(index) for index in np.argwhere(wrong)[0])
    count = int(_maxima(case)[place].sum())
    ties = f"{count} entries tie for the maximum" if count > 1 else "one entry is the maximum"
    rows, columns = f"rows {POOL * i} to {POOL * i + 1}", f"columns {POOL * j} to {POOL * j + 1}"
    start = f"In the window at {rows}, {columns} of X[{n}, {c}], where {ties},"
    if elsewhere[place]:
        return f"{start} an entry that is not the maximum gets a gradient."
    if total[place]:
        got, whole = figures_apart(float(windows(values)[place].sum()), float(case.inputs["dY"][place]))
        return f"{start} the gradients sum to {got}, but dY there is {whole}. They must sum to dY."
    return f"{start} an entry gets a gradient of the wrong sign."


def nearest(values: Floats, case: Case, precision: Precision) -> Floats:
    """The answer's own right windows, and even splits for the others."""
    wrong = np.logical_or.reduce(_faults(values, case, precision))[..., None]
    return from_windows(np.where(wrong, windows(case.expected), windows(values)), values.shape)


ANY_SUBGRADIENT = Accepted(mismatch, nearest)


def _faults(values: Floats, case: Case, precision: Precision) -> tuple[Truths, Truths, Truths]:
    """Window by window: a gradient off the maxima, a negative weight, weights that do not sum to one. No division:
    weights times dY are compared."""
    dY, gradients = case.inputs["dY"], windows(values)
    zero = precision.atol * case.norm
    slack = zero + precision.rtol * np.abs(dY)
    elsewhere = np.any(np.where(_maxima(case), 0.0, np.abs(gradients)) > zero, axis=-1)
    negative = np.any(gradients * np.sign(dY)[..., None] < -zero, axis=-1)
    return np.asarray(elsewhere), np.asarray(negative), np.abs(gradients.sum(axis=-1) - dY) > slack


def _maxima(case: Case) -> Truths:
    parts = windows(case.inputs["X"])
    return np.asarray(parts == parts.max(axis=-1, keepdims=True))
