"""L-BFGS with a line search of its own: whatever the length of its steps, their directions are -H g, where H is made
from the last steps and the changes of the gradient along them by the two-loop recursion (Nocedal and Wright, Numerical
Optimization, 2nd edition, algorithm 7.4). Torch's is recognised by its path; this recognises one iteration a step.
"""

import itertools
from typing import Any

import numpy as np

from grader.oracles.training.harness.lbfgs_steps import SAME_DIRECTION, Step, as_clipped, asks_the_same, direction, sine

from .hyperparameters import accepted, defaults, read
from .replay import RELATIVE, Problem, Record, gradient

MIN_STEPS = 2  # judged in each problem, beyond the first, which goes down the gradient in every method
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
        worst, judged = max(worst, sine(s[number], expected)), judged + 1
    return worst / RELATIVE if judged > MIN_STEPS else float("inf")


# --- in a training --------------------------------------------------------------------------------------------------

# Of a first step that was recorded in part, as of a large network: as many as a short one has.
MIN_EVALUATIONS = 5


def follows(training: dict[str, Any]) -> bool:
    """Whether the first steps of a training are L-BFGS's: torch's own asks for the loss at the same points, given the
    same answers; one with a line search of its own goes where the two-loop recursion points. Of a large network, only
    the beginning of the first step may have been recorded. So must be all of the later ones that were looked at."""
    evaluations = training["evaluations"]
    return all(training["later"]) and _begins(training, evaluations)


def _begins(training: dict[str, Any], evaluations: Any) -> bool:
    return _follows(training, evaluations) or (
        any("used" in item for item in evaluations) and _follows(training, [as_clipped(item) for item in evaluations])
    )


def _follows(training: dict[str, Any], evaluations: Any) -> bool:
    steps = _steps(evaluations)
    if not steps:
        return False
    shown = [groups[0]["hyper"] for groups in training["before"][: len(steps)] if groups]
    hypers = [accepted(read("LBFGS", hyper), defaults("LBFGS")) for hyper in shown]
    return len(hypers) >= len(steps) and (asks_the_same(steps, hypers) or _points_the_same(steps))


def _steps(evaluations: list[dict[str, Any]]) -> list[Step]:
    """For each whole step, the evaluations in it and where it ended; up to one that has diverged. Where no step is
    whole, the first one so far, with None for its end, if it has `MIN_EVALUATIONS`."""
    steps: list[Step] = []
    current: list[dict[str, Any]] = []
    for item in evaluations:
        if not all(np.isfinite(item[key]).all() for key in ("point", "gradient", "end") if key in item):
            break
        if "end" in item:
            steps.append((current, item["end"]))
            current = []
        else:
            current.append(item)
    whole = [step for step in steps if step[0]]
    return whole or ([(current, None)] if len(current) >= MIN_EVALUATIONS else [])


def _points_the_same(steps: list[Step]) -> bool:
    """One iteration a step, each of them whole: along minus the gradient first, and then along the two-loop recursion's
    direction, where changes of the gradient are taken within a step or from step to step."""
    if steps[-1][1] is None:
        return False
    points = [evaluations[0]["point"].astype(np.float64) for evaluations, _ in steps]
    ends = [end.astype(np.float64) for _, end in steps]
    gradients = [evaluations[0]["gradient"].astype(np.float64) for evaluations, _ in steps]
    within = [
        evaluations[-1]["gradient"].astype(np.float64) - g for (evaluations, _), g in zip(steps, gradients, strict=True)
    ]
    between = list(np.diff(gradients, axis=0)) if len(gradients) > 1 else []
    s = [end - point for end, point in zip(ends, points, strict=True)]
    return any(
        all(
            sine(s[k], direction(gradients[k], np.array(s[first:k]), np.array(y[first:k]), scaled)) <= SAME_DIRECTION
            for k, first in ((k, max(k - memory, 0)) for k in range(len(s)))
        )
        for y, scaled, memory in itertools.product((within, between), (True, False), range(1, len(s) + 1))
        if len(y) >= len(s) - 1
    )
