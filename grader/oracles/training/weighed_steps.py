"""What was seen at steps of a training, each weighed by what the step may have brought.

Whoever knows how looks are counted makes the steps that lead elsewhere few, or their gradients short, or both with a
learning rate to match. So a share of steps is taken in three ways: of their number, of how far the followed entries
went in them, and of the norms of their gradients; the largest of these counts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

MAX_LOOKS = 100  # at slopes, of an epoch

Weights = tuple[float, float]  # how far a step went, and the norm of its gradient
Cosines = tuple[tuple[Weights, float], ...]
Pairs = tuple[tuple[float, float], ...]
Looks = tuple[tuple[Weights, Pairs], ...]


def ways_of(start: Any, path: Any) -> list[float]:
    """How far the followed entries went in each step, from `start` (n,) along `path` (steps, n)."""
    if not len(path):
        return []
    with np.errstate(invalid="ignore", over="ignore"):
        return [float(way) for way in np.linalg.norm(np.diff(np.vstack([start, path]), axis=0), axis=1)]


def read_cosines(value: Any, ways: Sequence[float]) -> Cosines | None:
    """Cosines at steps, from [step, norm, cosine] each; None where it has another form."""
    if not isinstance(value, list):
        return None
    items: list[tuple[Weights, float]] = []
    for item in value:
        match item:
            case [int(step), float(size), float(cosine)] if 0 <= step < len(ways):
                items.append(((ways[step], size), cosine))
            case _:
                return None
    return tuple(items)


def read_looks(value: Any, ways: Sequence[float]) -> Looks | None:
    """Looks at slopes, from [step, norm, pairs] each; None where it has another form. What was looked at in a step that
    never ended is left out."""
    if not isinstance(value, list) or len(value) > MAX_LOOKS:
        return None
    looks: list[tuple[Weights, Pairs]] = []
    for item in value:
        match item:
            case [int(step), float(size), list(pairs)] if step >= 0 and (floats := read_pairs(pairs)) is not None:
                looks += [((ways[step], size), floats)] if step < len(ways) else []
            case _:
                return None
    return tuple(looks)


def read_pairs(value: Any) -> Pairs | None:
    """A list of pairs of floats; None where it is not one."""
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        return None
    if not all(type(number) is float for pair in value for number in pair):
        return None
    return tuple((first, second) for first, second in value)


def share(chosen: Sequence[bool], weights: Sequence[Weights]) -> float:
    """The share that the chosen steps have of all, in the way in which it is the largest."""
    return float(_shares(weights)[np.array(chosen, dtype=bool)].sum(axis=0).max(initial=0.0))


def lower(cosines: Cosines, least: float) -> float:
    """The lowest cosine that, with all below it, has at least that share of the steps, in one of the ways; NaN where
    there is none, or one is NaN."""
    values = np.array([cosine for _, cosine in cosines])
    if not len(values) or np.isnan(values).any():
        return float("nan")
    order = values.argsort()
    so_far = _shares([weights for weights, _ in cosines])[order].cumsum(axis=0).max(axis=1)
    return float(values[order][min(int(np.searchsorted(so_far, least)), len(values) - 1)])


def _shares(weights: Sequence[Weights]) -> Any:
    """(steps, ways): of their number, how far they went, and norms. What diverged to no number counts as much as a
    step of length 1."""
    columns = np.array([(1.0, way, size) for way, size in weights]).reshape(-1, 3)
    columns = np.where(np.isfinite(columns), columns, 1.0) + np.finfo(float).tiny
    columns = columns / columns.max(axis=0, initial=0.0)  # sums of what is near the largest number are infinite
    return columns / columns.sum(axis=0)
