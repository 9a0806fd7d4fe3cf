"""L-BFGS with a line search of its own: whatever the length of its steps, their directions are -H g, where H is made
from the last steps and the changes of the gradient along them by the two-loop recursion (Nocedal and Wright, Numerical
Optimization, 2nd edition, algorithm 7.4). Torch's is recognised by its path; this recognises one iteration a step.
"""

import itertools
from typing import Any

import numpy as np
import torch

from .clipped_gradients import is_clipped
from .hyperparameters import accepted, defaults, read
from .replay import REFUSALS, RELATIVE, ROUNDING, Problem, Record, gradient

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
        worst, judged = max(worst, _sine(s[number], expected)), judged + 1
    return worst / RELATIVE if judged > MIN_STEPS else float("inf")


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


def _sine(first: Any, second: Any) -> float:
    """Of the angle between two vectors; infinite where they point in opposite ways, or one is nothing."""
    lengths = np.linalg.norm(first), np.linalg.norm(second)
    if not all(np.isfinite(length) and length > 0 for length in lengths) or first @ second <= 0:
        return float("inf")
    return float(np.linalg.norm(first / lengths[0] - second / lengths[1]))


# --- in a training --------------------------------------------------------------------------------------------------

# Of the way from where the step began. Torch's own repeats the recorded steps to the last bit, and in double precision,
# so in another order of sums, to 0.02 of their length (20 kinds of networks).
SAME_POINT = 0.1
SAME_DIRECTION = 0.1  # sine of an angle, in single precision, also behind a step that is little but rounding
# Of a first step that was recorded in part, as of a large network: as many as a short one has.
MIN_EVALUATIONS = 5


def follows(training: dict[str, Any]) -> bool:
    """Whether the first steps of a training are L-BFGS's: torch's own asks for the loss at the same points, given the
    same answers; one with a line search of its own goes where the two-loop recursion points. Of a large network, only
    the beginning of the first step may have been recorded."""
    evaluations = training["evaluations"]
    return _follows(training, evaluations) or (
        any("used" in item for item in evaluations) and _follows(training, [_as_clipped(item) for item in evaluations])
    )


def _as_clipped(evaluation: dict[str, Any]) -> dict[str, Any]:
    """With the gradient that was used, where it is the one that was given, clipped."""
    if "used" not in evaluation:
        return evaluation
    before, after = evaluation["gradient"], evaluation["used"]
    is_same = is_clipped(before[None], after[None], [len(before)])
    return {**evaluation, "gradient": after} if is_same else evaluation


def _follows(training: dict[str, Any], evaluations: Any) -> bool:
    steps = _steps(evaluations)
    if not steps:
        return False
    hypers = [read("LBFGS", groups[0]["hyper"]) for groups in training["before"][: len(steps)] if groups]
    return len(hypers) >= len(steps) and (_asks_the_same(steps, hypers) or _points_the_same(steps))


def _steps(evaluations: list[dict[str, Any]]) -> list[tuple[list[dict[str, Any]], Any]]:
    """For each whole step, the evaluations in it and where it ended; up to one that has diverged. Where no step is
    whole, the first one so far, with None for its end, if it has `MIN_EVALUATIONS`."""
    steps: list[tuple[list[dict[str, Any]], Any]] = []
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


def _asks_the_same(steps: list[Any], hypers: list[dict[str, Any]]) -> bool:
    parameter = torch.nn.Parameter(torch.from_numpy(steps[0][0][0]["point"]).clone())
    torch_defaults = defaults("LBFGS")
    start = before = parameter.detach().clone()
    script = [(item, number == 0) for evaluations, _ in steps for number, item in enumerate(evaluations)]
    place, wrong = 0, False

    def closure() -> torch.Tensor:
        nonlocal place, wrong
        if place == len(script) and steps[-1][1] is None:  # the end of what was recorded
            raise StopIteration
        item, is_first = script[place] if place < len(script) else ({}, False)
        if not item or not _is_near(item["point"], parameter.detach(), before if is_first else start):
            wrong = True
            raise StopIteration
        place += 1
        parameter.grad = torch.from_numpy(item["gradient"]).clone()
        return torch.tensor(item["loss"])

    try:
        optimizer = torch.optim.LBFGS([parameter], **accepted(hypers[0], torch_defaults))
        for (evaluations, end), hyper in zip(steps, hypers, strict=False):
            optimizer.param_groups[0].update(accepted(hyper, torch_defaults))
            first = place
            start = parameter.detach().clone()
            optimizer.step(closure)
            if end is None or place - first != len(evaluations) or not _is_near(end, parameter.detach(), start):
                return False
            before = start
    except StopIteration:
        return not wrong
    except REFUSALS:
        return False
    return not wrong


def _is_near(point: Any, now: torch.Tensor, start: torch.Tensor) -> bool:
    """Whether two points are the same, as seen from where the step began: a jump before it allows nothing."""
    there = torch.from_numpy(point)
    last_digit = torch.finfo(there.dtype).eps * float(there.abs().max())
    away = float((there - start).abs().max())
    return float((there - now).abs().max()) <= SAME_POINT * away + ROUNDING * last_digit


def _points_the_same(steps: list[Any]) -> bool:
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
            _sine(s[k], direction(gradients[k], np.array(s[first:k]), np.array(y[first:k]), scaled)) <= SAME_DIRECTION
            for k, first in ((k, max(k - memory, 0)) for k in range(len(s)))
        )
        for y, scaled, memory in itertools.product((within, between), (True, False), range(1, len(s) + 1))
        if len(y) >= len(s) - 1
    )
