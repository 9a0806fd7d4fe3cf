"""How far the paths that a name gives are from those that were recorded: with what was read, and with values for the
rest."""

from itertools import islice

import numpy as np

from . import textbook
from .fitting import fitted_rate, hypers_of
from .hyperparameters import Hyper, trials
from .refining import refined
from .replay import ABSOLUTE, RELATIVE, Problem, Record, deviation, replay

SCREENED_STEPS = 2  # of the first problem: most of what is tried shows there that it is something else
# Which of the trials: the hyper-parameters as they were read, or also values searched for where none was.
FIRST, FURTHER, ALL = (0, 1), (1, None), (0, None)
SLACK = 1.01  # 1 / (1 - 2 RELATIVE), rounded up: what a path that is the same may reach beyond the recorded one


def best_error(
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
        best = min(best, error_with(name, problems, records, hyper, min(best, bound)))
        if best <= 1:
            break
    return best


def error_with(name: str, problems: list[Problem], records: list[Record], hyper: Hyper, bound: float) -> float:
    """The deviation with these values for what was not read, as the worst of all problems; what is above the bound is
    not followed to its end."""
    worst = 0.0
    for problem, record in zip(problems, records, strict=True):
        path = replay(name, problem, record["groups"], hypers_of(name, record, hyper))
        worst = max(worst, deviation(record["path"], path, problem["kind"] == "gradients"))
        if worst > bound:
            break
    return worst


def refined_error(name: str, problems: list[Problem], records: list[Record]) -> float:
    """The same with values that are not among the usual ones."""
    fits = refined(name, problems[0], records[0])
    return min((error_with(name, problems, records, hyper, 1.0) for hyper in fits), default=float("inf"))


def textbook_error(name: str, problems: list[Problem], records: list[Record]) -> float:
    """The same over the forms that textbooks have."""
    shown = records[0]["groups"][0][0]["hyper"]
    errors = (
        max(
            deviation(record["path"], form.path(problem, record), problem["kind"] == "gradients")
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
