"""Which optimizer is it? What could not be read of it is searched for among the usual values."""

from itertools import islice
from typing import Any

import numpy as np

from grader.oracles.training.harness.problems import CLIPS

from . import quasi_newton, textbook
from .fitting import fitted_rate, hypers_of, readings_of
from .hyperparameters import Hyper, read, trials
from .refining import refined
from .replay import ABSOLUTE, RELATIVE, TORCHS, Problem, Record, deviation, replay

SCREENED_STEPS = 2  # of the first problem: most of what is tried shows there that it is something else
# Which of the trials: the hyper-parameters as they were read, or also values searched for where none was.
FIRST, FURTHER, ALL = (0, 1), (1, None), (0, None)
DIGITS = 9  # of a limit, which somebody wrote: paths of L-BFGS without a line search tell any two numbers apart
SLACK = 1.01  # 1 / (1 - 2 RELATIVE), rounded up: what a path that is the same may reach beyond the recorded one


def identify(name: str, problems: list[Problem], records: list[Record]) -> dict[str, Any]:
    """Does the recorded optimizer move as torch's `name` does, and if not, as which other?

    Returns {"same": bool, "like": a class of torch.optim, "uphill", "no-bias-correction" or None, "known": bool
    (whether a learning rate could be read), "error": float}: the last is the largest deviation as a share of the
    largest displacement (for an L-BFGS with a line search of its own, as the sine of an angle).
    """
    readings = readings_of(records)
    error = min(_best_error(name, problems, reading, FIRST) for reading in readings)
    if error > 1 and name == "LBFGS":
        error = min(error, quasi_newton.deviation(problems, records))
    for clipped_problems in _clipped(problems, records) if error > 1 else []:
        error = min(error, *(_best_error(name, clipped_problems, reading, FIRST, bound=error) for reading in readings))
    if error > 1:
        error = min(error, *(_refined_error(name, problems, reading) for reading in readings))
    if error > 1:
        error = min(error, *(_best_error(name, problems, reading, FURTHER, bound=error) for reading in readings))
    if error > 1:
        error = min(error, *(_textbook_error(name, problems, reading) for reading in readings))
    is_rate_read = all(
        "lr" in read(name, group["hyper"]) for record in records for groups in record["before"] for group in groups
    )
    like = name if error <= 1 else _resemblance(name, problems, readings)
    return {"same": error <= 1, "like": like, "known": is_rate_read, "error": min(error, 1e300) * RELATIVE}


def _clipped(problems: list[Problem], records: list[Record]) -> list[list[Problem]]:
    """The problems with the gradients clipped in each of the usual ways, where a step() was seen to change them. What
    it clips them to is the largest that it left, of all problems."""
    limits = [record.get("limits") or {} for record in records]
    largest = {how: float(f"{max(limit.get(how, 0.0) for limit in limits):.{DIGITS}g}") for how in CLIPS}
    return [[{**problem, "clip": [how, largest[how]]} for problem in problems] for how in CLIPS if largest[how]]


def _resemblance(name: str, problems: list[Problem], readings: list[list[Record]]) -> str | None:
    """What else it is: another of torch's, or a known slip."""
    for records in readings:
        for other in TORCHS:
            if other != name and _best_error(other, problems, records, bound=1.0) <= 1:
                return other
    records = readings[0]
    if _best_error(name, problems, [_reversed(record) for record in records], bound=1.0) <= 1:
        return "uphill"
    return "no-bias-correction" if name == "Adam" and _uncorrected_adam(problems, records) <= 1 else None


def _best_error(
    name: str,
    problems: list[Problem],
    records: list[Record],
    tried: tuple[int, int | None] = ALL,
    bound: float = float("inf"),
) -> float:
    """The smallest deviation over the trials (from one to another), as the worst of all problems.

    What deviates by more than `bound` is not followed to its end: above it, the result may be too small.
    """
    best = float("inf")
    for trial in islice(trials(name, records[0]["groups"][0][0]["hyper"], problems[0]["kind"]), *tried):
        rate = fitted_rate(name, problems[0], records[0], trial)
        if rate is None:
            continue
        hyper = {**trial, **rate}
        if trial and _cannot_be(name, problems[0], records[0], hyper):
            continue
        best = min(best, _error(name, problems, records, hyper, min(best, bound)))
        if best <= 1:
            break
    return best


def _error(name: str, problems: list[Problem], records: list[Record], hyper: Hyper, bound: float) -> float:
    """The deviation with these values for what was not read, as the worst of all problems; what is above the bound is
    not followed to its end."""
    worst = 0.0
    for problem, record in zip(problems, records, strict=True):
        path = replay(name, problem, record["groups"], hypers_of(name, record, hyper))
        worst = max(worst, deviation(record["path"], path, problem["kind"] == "gradients"))
        if worst > bound:
            break
    return worst


def _refined_error(name: str, problems: list[Problem], records: list[Record]) -> float:
    """The same with values that are not among the usual ones."""
    fits = refined(name, problems[0], records[0])
    return min((_error(name, problems, records, hyper, 1.0) for hyper in fits), default=float("inf"))


def _textbook_error(name: str, problems: list[Problem], records: list[Record]) -> float:
    """The same over the forms that textbooks have."""
    shown = records[0]["groups"][0][0]["hyper"]
    errors = (
        max(
            deviation(record["path"], form(problem, record), problem["kind"] == "gradients")
            for problem, record in zip(problems, records, strict=True)
        )
        for form in textbook.forms(name, shown)
    )
    return min(errors, default=float("inf"))


def _cannot_be(name: str, problem: Problem, record: Record, hyper: Hyper) -> bool:
    """Whether the first steps are further off already than a whole path that is the same may be. It would reach as far
    as the recorded one, but for what is tolerated."""
    few = {**problem, "steps": min(SCREENED_STEPS, problem["steps"])}
    path = replay(name, few, record["groups"], hypers_of(name, record, hyper))
    if path is None:
        return True
    with np.errstate(invalid="ignore", over="ignore"):
        moved = np.abs(record["path"] - record["path"][0]).max(axis=0)
        scale = moved if problem["kind"] == "gradients" else np.full_like(moved, moved.max())
        errors = np.abs(path - record["path"][: len(path)])
        return bool((errors > SLACK * (RELATIVE * scale + ABSOLUTE)).any())


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
