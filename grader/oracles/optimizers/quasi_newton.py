"""L-BFGS with a line search of its own: whatever the length of its steps, their directions are -H g, where H is made
from the last steps and the changes of the gradient along them by the two-loop recursion (Nocedal and Wright, Numerical
Optimization, 2nd edition, algorithm 7.4). Torch's is recognised by its path; this recognises one iteration a step.
"""

import itertools
from typing import Any

import numpy as np
import torch

from .hyperparameters import accepted, defaults, read
from .replay import REFUSALS, RELATIVE, Problem, Record, gradient

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

SAME_POINT = 1e-3  # of the way from the first point: torch's own arithmetic on the same numbers, in another order
SAME_DIRECTION = 0.05  # sine of an angle, in single precision


def follows(training: dict[str, Any]) -> bool:
    """Whether the first steps of a training are L-BFGS's: torch's own asks for the loss at the same points, given the
    same answers; one with a line search of its own goes where the two-loop recursion points."""
    steps = _steps(training["evaluations"])
    if not steps:
        return False
    hypers = [read("LBFGS", groups[0]["hyper"]) for groups in training["before"][: len(steps)] if groups]
    return len(hypers) >= len(steps) and (_asks_the_same(steps, hypers) or _points_the_same(steps))


def _steps(evaluations: list[dict[str, Any]]) -> list[tuple[list[dict[str, Any]], Any]]:
    """For each whole step, the evaluations in it and where it ended."""
    steps: list[tuple[list[dict[str, Any]], Any]] = []
    current: list[dict[str, Any]] = []
    for item in evaluations:
        if "end" in item:
            steps.append((current, item["end"]))
            current = []
        else:
            current.append(item)
    return [step for step in steps if step[0]]


def _asks_the_same(steps: list[Any], hypers: list[dict[str, Any]]) -> bool:
    parameter = torch.nn.Parameter(torch.from_numpy(steps[0][0][0]["point"]).clone())
    torch_defaults = defaults("LBFGS")
    origin = parameter.detach().clone()
    script = [(item, end) for evaluations, end in steps for item in evaluations]
    place, wrong = 0, False

    def near(point: Any, now: torch.Tensor) -> bool:
        there = torch.from_numpy(point)
        size = float((there - origin).abs().max()) + 1e-6
        return float((there - now).abs().max()) <= SAME_POINT * size

    def closure() -> torch.Tensor:
        nonlocal place, wrong
        if place >= len(script) or not near(script[place][0]["point"], parameter.detach()):
            wrong = True
            raise StopIteration
        item = script[place][0]
        place += 1
        parameter.grad = torch.from_numpy(item["gradient"]).clone()
        return torch.tensor(item["loss"])

    try:
        optimizer = torch.optim.LBFGS([parameter], **accepted(hypers[0], torch_defaults))
        for (evaluations, end), hyper in zip(steps, hypers, strict=False):
            optimizer.param_groups[0].update(accepted(hyper, torch_defaults))
            first = place
            optimizer.step(closure)
            if place - first != len(evaluations) or not near(end, parameter.detach()):
                return False
    except (StopIteration, *REFUSALS):
        return False
    return not wrong


def _points_the_same(steps: list[Any]) -> bool:
    """One iteration a step: along minus the gradient first, and then along the two-loop recursion's direction, where
    changes of the gradient are taken within a step or from step to step."""
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
            _sine(s[k], direction(gradients[k], np.array(s[:k]), np.array(y[:k]), scaled)) <= SAME_DIRECTION
            for k in range(len(s))
        )
        for y, scaled in itertools.product((within, between), (True, False))
        if len(y) >= len(s) - 1
    )
