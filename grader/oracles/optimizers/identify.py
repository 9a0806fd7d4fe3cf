"""Which optimizer is it? What could not be read of it is searched for among the usual values."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import hidden_rates, quasi_newton
from .clipped import Clip, clipped_problem
from .fitting import readings_of
from .hyperparameters import read
from .path_errors import FIRST, FURTHER, best_error, error_with, refined_error, textbook_error
from .refining import schedules, unshown
from .replay import RELATIVE, TORCHS, Problem, Record, deviation
from .textbook import Form

CERTAIN = 0.01  # of what is tolerated: nothing else comes nearer than that
NEARER = 0.1  # as near as that, as a share, another has to be: SGD and ASGD are nearly the same at first


def identify(name: str, problems: list[Problem], records: list[Record], clips: Sequence[Clip] = ()) -> dict[str, Any]:
    """Does the recorded optimizer move as torch's `name` does, and if not, as which other? `clips` is to what it may
    clip gradients in its steps.

    Returns {"same": bool, "like": a class of torch.optim, "uphill", "no-bias-correction" or None, "known": bool
    (whether a learning rate could be read), "error": float}: the last is the largest deviation as a share of the
    largest displacement (for an L-BFGS with a line search of its own, as the sine of an angle).
    """
    readings = readings_of(records)
    as_used = [[clipped_problem(problem, clip) for problem in problems] for clip in clips] or [problems]
    errors = [_shown_error(name, used, records, readings) for used in as_used]
    error = min(errors)
    problems = as_used[errors.index(error)]
    is_searched = error > 1
    if error > 1:
        error = min(error, _searched_error(name, problems, readings, error))
    like, off = _resemblance(name, problems, readings, error) if is_searched else (name, error)
    if like is None and problems[0]["kind"] == "gradients":
        like, off = _hidden(name, problems, readings, off)
    is_rate_read = all(
        "lr" in read(name, group["hyper"]) for record in records for groups in record["before"] for group in groups
    )
    return {"same": like == name, "like": like, "known": is_rate_read, "error": min(off, 1e300) * RELATIVE}


def _shown_error(name: str, problems: list[Problem], records: list[Record], readings: list[list[Record]]) -> float:
    """The deviation with what is shown, and torch's own values for the rest."""
    error = min(best_error(name, problems, reading, FIRST) for reading in readings)
    if error > 1 and name == "LBFGS":
        error = min(error, quasi_newton.deviation(problems, records))
    return error


def _searched_error(name: str, problems: list[Problem], readings: list[list[Record]], error: float) -> float:
    """The same with values that are searched for where none is shown, and in the forms of textbooks."""
    error = min(error, *(refined_error(name, problems, reading) for reading in readings))
    if error > 1:
        error = min(error, *(best_error(name, problems, reading, FURTHER, bound=error) for reading in readings))
    if error > 1:
        error = min(error, *(textbook_error(name, problems, reading) for reading in readings))
    return error


def _resemblance(
    name: str, problems: list[Problem], readings: list[list[Record]], error: float
) -> tuple[str | None, float]:
    """What comes nearest, and how near: `name`, whose deviation is `error`, another of torch's, or a known slip; None
    where nothing is near. A mean that forgets next to nothing is a sum but for a rest, which tells RMSprop and Adagrad
    apart."""
    if error <= CERTAIN:
        return name, error
    nearest, least = (name, error * NEARER) if error <= 1 else (None, 1.0)
    for records in readings:
        for other in TORCHS:
            if other == name or least <= CERTAIN:
                continue
            off = best_error(other, problems, records, bound=least)
            if off < least or (nearest is None and off <= 1):
                nearest, least = other, off
        if nearest is not None:
            return nearest, error if nearest == name else least
    records = readings[0]
    if best_error(name, problems, [_reversed(record) for record in records], bound=1.0) <= 1:
        return "uphill", error
    if name == "Adam" and _uncorrected_adam(problems, records) <= 1:
        return "no-bias-correction", error
    return None, error


def _hidden(name: str, problems: list[Problem], readings: list[list[Record]], error: float) -> tuple[str | None, float]:
    """What it is like with numbers that it does not show, or shows as 0, and with a schedule of its own."""
    for reading in readings:
        for records, hyper in unshown(name, problems[0], reading):
            error = min(error, error_with(name, problems, records, hyper, 1.0))
            if error <= 1:
                return name, error
    for reading in readings:
        for records, form in schedules(name, problems[0], reading):
            paths, factors = hidden_rates.walk(form, problems, records)
            off = max(deviation(record["path"], path, True) for record, path in zip(records, paths, strict=True))
            error = min(error, off)
            if off <= 1 and name == "Adam" and hidden_rates.is_left_out_correction(factors, _betas(form, records)):
                return "no-bias-correction", 1.0 + off
            if off <= 1:
                return name, off
    return None, error


def _betas(form: Form, records: list[Record]) -> tuple[float, float]:
    first, second = {**form.trial, **read(form.name, records[0]["groups"][0][0]["hyper"])}["betas"]
    return first, second


# --- known misreadings ----------------------------------------------------------------------------------------------


def _reversed(record: Record) -> Record:
    """The mirrored path: what an optimizer that adds instead of subtracting would have had to do."""
    return {**record, "path": 2 * record["path"][0] - record["path"]}


def _uncorrected_adam(problems: list[Problem], records: list[Record]) -> float:
    """Adam without the division by 1 - beta^t, the most common slip in a hand-written one."""
    worst = 0.0
    for problem, record in zip(problems, records, strict=True):
        hyper = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, **read("Adam", record["groups"][0][0]["hyper"])}
        path, m, v = [problem["start"]], np.zeros_like(problem["start"]), np.zeros_like(problem["start"])
        for gradient in problem["gradients"]:
            m = hyper["betas"][0] * m + (1 - hyper["betas"][0]) * gradient
            v = hyper["betas"][1] * v + (1 - hyper["betas"][1]) * gradient**2
            path.append(path[-1] - hyper["lr"] * m / (np.sqrt(v) + hyper["eps"]))
        worst = max(worst, deviation(record["path"], np.stack(path), True))
    return worst
