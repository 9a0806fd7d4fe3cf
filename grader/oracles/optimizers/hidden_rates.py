"""Learning rates that follow a schedule which no parameter group shows: for each step, the one that fits best.

A schedule depends on the number of the step alone, so it is the same for all problems: who divides by the norm of the
gradient has another rate for each. Whatever comes out has to give all paths, entry by entry.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.oracles.training.harness.lbfgs_steps import REFUSALS

from .replay import Problem, Record
from .textbook import Form, with_decay

# A correlation, from step to step, of the logarithms of the rate and of the gradient's norm. Rates that divide by the
# norm, or by the largest entry, had -0.78 to -0.96, schedules -0.34 (every other step short) to 0.26.
FOLLOWS = -0.6
DECAYS = (0.0, 0.5, 0.9)  # of a running mean of squared norms, by whose root rates may divide
MIN_CHANGES = 20  # from one step to the next, before a correlation tells anything
CONSTANT = 1e-3  # relative: what a ratio of two schedules varies by at most if one is a multiple of the other


def walk(form: Form, problems: Sequence[Problem], records: Sequence[Record]) -> tuple[list[Any], Any]:
    """The path (steps + 1, n) of the form through each problem, with the rates (steps,) that take steps as near to the
    recorded ones as they will go; and these, as factors of the rate that the groups show, or of 1. Nothing but None for
    the paths where the groups differ, torch would refuse a number, or a rate would be negative: such a step goes
    uphill."""
    nothing = [None] * len(problems), None
    hypers = [form.hypers(problem, record) for problem, record in zip(problems, records, strict=True)]
    if any(hyper is None for hyper in hypers):
        return nothing
    walks = [_Walk(form, *walked) for walked in zip(problems, records, hypers, strict=True)]
    factors: list[float] = []
    try:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for number in range(min(problem["steps"] for problem in problems)):
                factors.append(_factor(walks, number))
                for walk in walks:
                    walk.go(number, factors[-1])
    except REFUSALS:
        return nothing
    return [np.stack(walk.path) for walk in walks], np.array(factors)


def _factor(walks: Sequence["_Walk"], number: int) -> float:
    """The factor that fits all walks best at this step. Raises ValueError for one that is none of a learning rate."""
    slopes, gaps = (np.concatenate(parts) for parts in zip(*(walk.look(number) for walk in walks), strict=True))
    weights = slopes @ slopes
    factor = float(slopes @ gaps / weights) if weights > 0 else 0.0
    if not np.isfinite(factor) or factor < 0:
        raise ValueError(factor)
    return factor


def follow_norms(factors: Any, norms: Any) -> bool:
    """Whether rates (steps,) fall where the norms of the gradients (steps,), or running means of these, rise, and rise
    where these fall, from one step to the next: such are no schedule, which does not know the gradients, but those of a
    normalised descent."""
    return any(_follow(factors, _running(norms[: len(factors)], decay)) for decay in DECAYS)


def _running(norms: Any, decay: float) -> Any:
    """The root of the running mean of the squares, which begins at the first."""
    squares = itertools.accumulate(norms**2, lambda mean, square: decay * mean + (1 - decay) * square)
    return np.sqrt(np.fromiter(squares, float, len(norms)))


def _follow(factors: Any, norms: Any) -> bool:
    both = np.stack([factors, norms])
    is_positive = np.all(both > 0, axis=0, keepdims=True)[0]
    changes = np.diff(np.log(np.where(is_positive, both, 1.0)))[:, is_positive[1:] & is_positive[:-1]]
    if changes.shape[1] < MIN_CHANGES or not changes.any(axis=1).all():
        return False
    return bool(np.corrcoef(changes)[0, 1] <= FOLLOWS)


class _Walk:
    """A form on its way through a problem, whose steps are linear in the learning rate."""

    def __init__(self, form: Form, problem: Problem, record: Record, hypers: Any) -> None:
        self._rule, self._gradients, self._hypers = form.rule, problem["gradients"], hypers
        self._recorded, self.path, self._state = record["path"], [problem["start"]], dict[str, Any]()

    def look(self, number: int) -> tuple[Any, Any]:
        """What the step takes off for each unit of the factor, and what it should beyond that of a factor of 0. (Who
        made up for where the path is would have its rounding in a velocity, and lose its way.)"""
        resting, moving = (self._step(number, factor, dict(self._state)) for factor in (0.0, 1.0))
        return moving - resting, self._recorded[number] - self._recorded[number + 1] - resting

    def go(self, number: int, factor: float) -> None:
        self.path.append(self.path[-1] - self._step(number, factor, self._state))

    def _step(self, number: int, factor: float, state: dict[str, Any]) -> Any:
        hyper = self._hypers[number]
        rate = hyper.get("lr", 1.0)
        gradient = with_decay(self._gradients[number], self.path[-1], hyper)
        return self._rule(gradient, state, {**hyper, "lr": factor * rate})


def is_left_out_correction(factors: Any, betas: tuple[float, float]) -> bool:
    """Whether Adam's rates, as factors of a constant one, only make up for a bias correction that is left out, of one
    mean or of both: its paths differ from Adam's by the rate alone."""
    steps = np.arange(1, len(factors) + 1)
    of_first, of_second = 1 - betas[0] ** steps, np.sqrt(1 - betas[1] ** steps)
    return not _is_constant(factors) and any(
        _is_constant(factors / left_out) for left_out in (of_first / of_second, of_first, 1 / of_second)
    )


def _is_constant(ratio: Any) -> bool:
    return bool(np.ptp(ratio) <= CONSTANT * np.abs(ratio).max())
