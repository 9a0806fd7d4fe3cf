"""L-BFGS with a line search of its own: whatever the length of its steps, their directions are -H g, where H is made
from the last steps and the changes of the gradient along them by the two-loop recursion (Nocedal and Wright, Numerical
Optimization, 2nd edition, algorithm 7.4). Torch's is recognised by its path; this recognises one iteration a step.
"""

import itertools
from typing import Any

import numpy as np

from .replay import RELATIVE, Problem, Record, gradient

LEAST_STEPS = 2  # judged in each problem, beyond the first, which goes down the gradient in every method
CONVERGED = 1e-4  # of the first gradient: below, directions are rounding


def deviation(problems: list[Problem], records: list[Record]) -> float:
    """The largest sine of the angle between a step and L-BFGS's direction, in units of what is tolerated.

    Over the history sizes and the two usual choices of the first matrix, the best.
    """
    if any(problem["kind"] == "gradients" for problem in problems):
        return float("inf")
    longest = max(problem["steps"] for problem in problems)
    return min(
        max(_worst(problem, record["path"], memory, scaled) for problem, record in zip(problems, records, strict=True))
        for memory, scaled in itertools.product(range(1, longest + 1), (True, False))
    )


def _worst(problem: Problem, path: Any, memory: int, scaled: bool) -> float:
    if not np.isfinite(path).all():
        return float("inf")
    gradients = [gradient(problem, point) for point in path]
    s, y = np.diff(path, axis=0), np.diff(gradients, axis=0)
    worst, judged = 0.0, 0
    for number in range(len(s)):
        if np.linalg.norm(gradients[number]) < CONVERGED * np.linalg.norm(gradients[0]):
            break
        first = max(number - memory, 0)
        expected = direction(gradients[number], s[first:number], y[first:number], scaled)
        worst, judged = max(worst, _sine(s[number], expected)), judged + 1
    return worst / RELATIVE if judged > LEAST_STEPS else float("inf")


def direction(g: Any, s: Any, y: Any, scaled: bool) -> Any:
    """-H g by the two-loop recursion, from pairs of steps and changes of the gradient, the oldest first."""
    q, weights = g.copy(), []
    with np.errstate(divide="ignore", invalid="ignore"):
        for step, change in zip(s[::-1], y[::-1], strict=True):
            weights.append(step @ q / (step @ change))
            q = q - weights[-1] * change
        if scaled and len(s):
            q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
        for step, change, weight in zip(s, y, weights[::-1], strict=True):
            q = q + step * (weight - change @ q / (step @ change))
    return -q


def _sine(one: Any, other: Any) -> float:
    """Of the angle between two vectors; infinite where they point in opposite ways, or one is nothing."""
    lengths = np.linalg.norm(one), np.linalg.norm(other)
    if not all(np.isfinite(length) and length > 0 for length in lengths) or one @ other <= 0:
        return float("inf")
    return float(np.linalg.norm(one / lengths[0] - other / lengths[1]))
