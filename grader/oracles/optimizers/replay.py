"""The probe problems, walked: the gradients that each step finds, and the path that torch's own optimizer takes."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch

from grader.oracles.training.harness.lbfgs_steps import REFUSALS
from grader.oracles.training.harness.problems import closure_of, flat, parameters_of

from .hyperparameters import Hyper, accepted, defaults

TORCHS = (
    "Adadelta",
    "Adagrad",
    "Adam",
    "RMSprop",
    "SGD",
    "AdamW",
    "NAdam",
    "RAdam",
    "Adamax",
    "ASGD",
    "Rprop",
    "LBFGS",  # by far the dearest to replay
)
# Of the largest displacement. Hand-written code differs in rounding, and in where exactly eps stands (about 3e-4 for
# RMSprop with eps = 1e-6 inside the root); two different optimizers differ by some per cent at least in one of the
# problems.
RELATIVE = 1e-3
MIN_USEFUL = 4  # points of a path: fewer show nothing, so that a path that diverges at once has to be the very same
LARGEST = 1e11  # parameters begin near 1 and gradients end near 1e6: a path that gets here has diverged
ABSOLUTE = 1e-9  # below any honest step: learning rates are above 1e-6, gradients above 0.1

# {"kind", "shapes", "start", "steps"} and "gradients" or an objective's "matrix" and "target"; of a training also
# "dtype", in which it computed, and "reached", how many steps it took to the target.
Problem = dict[str, Any]
# {"path": (steps + 1, n), "before", "after": the groups at each step, before it and after it}
Record = dict[str, Any]
# Each step is also held against its own length: beside a jump that is taken back, all other steps would be small.
# Torch's own classes repeat a training to the last bit, and another optimizer's step is off by about its length.
STEP = 0.1
SMALLEST = float(np.finfo(np.float32).tiny)  # below it, single precision has fewer digits: a weight that decays to 0
LEAST_STEP, ROUNDING = 16.0, 2.0  # in units of an entry's last digit: what is shorter is judged together with the next
EACH_ROUNDING = 0.5  # in these units, what each of several steps that are judged together loses, all to one side or not
PROBE_DIGIT = 1e-9  # relative: a hand-written optimizer may compute its step in float32, and parameters are near 1
CONVERGED = 1e-9  # of the largest entry: as LBFGS arrives, the rest is rounding


def replay(name: str, problem: Problem, groups: list[list[dict[str, Any]]], hypers: list[list[Hyper]]) -> Any:
    """The path (steps + 1, n) of torch's optimizer `name`; None where it refuses the hyper-parameters.

    `groups` and `hypers` hold, for each step and parameter group, the members and the hyper-parameters.
    """
    dtype = getattr(torch, problem.get("dtype", "float64"))
    parameters = parameters_of(problem["shapes"], torch.from_numpy(problem["start"]).to(dtype))
    torch_defaults = defaults(name)
    try:
        optimizer = getattr(torch.optim, name)(
            [
                {"params": [parameters[i] for i in group["members"]], **accepted(hyper, torch_defaults)}
                for group, hyper in zip(groups[0], hypers[0], strict=True)
            ],
            **accepted(hypers[0][0], torch_defaults),  # Adagrad starts its sums from this, whatever its groups say
        )
        path = [flat(parameters)]
        for number in range(problem["steps"]):
            for group, hyper in zip(optimizer.param_groups, hypers[number], strict=True):
                group.update(accepted(hyper, torch_defaults))
                _shrink(group["params"], hyper)
            optimizer.step(closure_of(problem, parameters, number))
            path.append(flat(parameters))
    except REFUSALS:
        return None
    return torch.stack(path).double().numpy()


@torch.no_grad()
def _shrink(parameters: list[torch.nn.Parameter], hyper: Hyper) -> None:
    """Weight decay beside the step, as AdamW has it, which is none of the hyper-parameters of the other classes."""
    if hyper.get("decoupled_decay"):
        for parameter in parameters:
            parameter.mul_(1 - hyper["lr"] * hyper["decoupled_decay"])


def step_deviation(path: Any, expected: Any, digit: float, at_least: int = 1) -> float:
    """The largest error of a step, in units of `STEP` of its own length.

    `digit` is the relative size of an entry's last digit. An entry that has hardly moved is judged once it has, from
    where it was judged last; so is a step in which fewer than `at_least` entries have moved.
    """
    if np.array_equal(path, expected):  # torch's own
        return 0.0
    worst, here, there, waited = 0.0, path[0], expected[0], np.zeros(path[0].shape)
    with np.errstate(invalid="ignore", over="ignore"):
        for point, other in zip(path[1:], expected[1:], strict=True):
            step, error = point - here, np.abs((point - here) - (other - there))
            size, last = (
                np.maximum(np.abs(step), np.abs(other - there)),
                np.maximum(digit * np.maximum(np.abs(point), np.abs(here)), SMALLEST),
            )
            judged, lost = ~(size <= LEAST_STEP * last), (ROUNDING + EACH_ROUNDING * waited) * last  # NaN is judged
            waited += 1
            if judged.sum() < at_least:
                continue
            errors = np.maximum(error - lost, 0.0)[judged] / (STEP * size[judged])
            errors = np.where(np.isnan(errors), np.inf, errors)
            worst = max(worst, float(errors.max()))
            here, there = np.where(judged, point, here), np.where(judged, other, there)
            waited = np.where(judged, 0.0, waited)
    return worst


def deviation(path: Any, expected: Any, coordinatewise: bool) -> float:
    """The largest error in units of what is tolerated, of the path and of each step by itself: 1 and less is equal. NaN
    and None are infinitely far.

    Only as far as torch's own path is of any use: some hyper-parameters diverge, and then the student's may too.
    """
    if expected is None or path.shape != expected.shape:
        return float("inf")
    with np.errstate(invalid="ignore", over="ignore"):
        useful = np.logical_and.accumulate((np.abs(expected) < LARGEST).all(axis=1))
        if useful.sum() < MIN_USEFUL:
            return 0.0 if np.array_equal(path, expected, equal_nan=True) else float("inf")
        path, expected = path[useful], expected[useful]
        moved = np.abs(expected - expected[0]).max(axis=0)
        scale = moved if coordinatewise else np.full_like(moved, moved.max())
        errors = np.abs(path - expected) / (RELATIVE * scale + ABSOLUTE)
    worst = float(np.where(np.isnan(errors), np.inf, errors).max())
    if worst > 1:
        return worst
    return max(
        worst, step_deviation(path, expected, PROBE_DIGIT) if coordinatewise else _vector_deviation(path, expected)
    )


def _vector_deviation(path: Any, expected: Any) -> float:
    """As `step_deviation`, of the steps as vectors."""
    worst = 0.0
    for (start, end), (other_start, other_end) in zip(pairwise(path), pairwise(expected), strict=True):
        step, other = end - start, other_end - other_start
        size = max(np.abs(step).max(), np.abs(other).max())
        if size > CONVERGED * np.abs(start).max():
            worst = max(worst, float(np.abs(step - other).max() / (STEP * size)))
    return worst


def gradient(problem: Problem, point: Any) -> Any:
    """Of an objective, at a point (n,): quadratic 0.5 |Ax - b|^2, or the sum of log cosh(Ax - b)."""
    residual = problem["matrix"] @ point - problem["target"]
    return problem["matrix"].T @ (residual if problem["kind"] == "quadratic" else np.tanh(residual))
