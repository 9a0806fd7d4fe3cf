"""Which optimizer takes the network's own parameters through the training? Torch's class is given the gradients that
each step found, and has to take the same path, to its end."""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import hidden_rates, quasi_newton, textbook
from .clipped import clipped
from .fitting import fitted_rate, hypers_of, readings_of
from .hyperparameters import Hyper, trials
from .merging import one_tensor_a_group
from .refining import refined, schedules, unshown
from .replay import ROUNDING, TORCHS, Problem, Record, replay, step_deviation

SEARCHED_STEPS = 40  # in which what could not be read is searched for; all others have to confirm it
RELATIVE = 0.02  # of what an entry moved by: gradients are small in a training, so that it shows where eps stands
MOVED = 3e-5  # of an entry's size: by less it has hardly moved, and rounding is all that shows
MIN_MOVED = 8  # entries that have moved, before they tell anything
CERTAIN = 1e-3  # of what is tolerated: nothing else comes nearer than that
NEARER = 0.1  # as near as that, as a share, another has to be, where numbers that are not shown make both fit


def identify_training(name: str, training: dict[str, Any]) -> dict[str, Any]:
    """Does the optimizer move the network's own parameters as torch's `name` does, and if not, as which other?

    `training` has "followed", how many entries of each parameter; "start" (n,), "path" (steps, n) and "gradients"
    (steps, n) of these; "norms" (steps, parameters), of whole gradients, and "clips", to what the optimizer clips these
    in its steps; "before" and "after", the groups at each step; "reached", how many steps it took to the target;
    "dtype", in which it computed; for LBFGS also "evaluations" of whole parameters, and "later", whether each of the
    later steps that were looked at was one of L-BFGS.
    Returns {"same": bool, "like": a class of torch.optim or None, "normalised": whether it would be the same, but for
    learning rates that follow the gradients}.
    """
    normalised = name != "LBFGS" and _shows_rates_that_follow_norms(training)
    same, like = (quasi_newton.follows(training), None) if name == "LBFGS" else _identified(name, training)
    return {"same": same and not normalised, "like": like, "normalised": same and normalised}


def _identified(name: str, training: dict[str, Any]) -> tuple[bool, str | None]:
    """Whether it is the optimizer of that name, and which of torch's it is."""
    for clip in training["clips"]:
        gradients = clipped(training["gradients"], training["norms"], training["followed"], clip)
        training = {**training, "gradients": gradients}
    training = one_tensor_a_group(training)
    problem, record = _whole(training)
    readings = [reading for (reading,) in readings_of([record])]
    error = min(_error_of(name, problem, reading) for reading in readings)
    if error <= CERTAIN:
        return True, name
    like, least = None, math.inf
    for other in (other for other in TORCHS if other not in (name, "LBFGS")):
        off = _error(readings[0], _path_with_a_rate(other, problem, readings[0]), problem)
        if off < least and off <= min(1.0, NEARER * error):
            like, least = other, off
    if like is None and (error <= 1 or _is_path_with_hidden_numbers(name, problem, readings)):
        return True, name
    return False, like


def _shows_rates_that_follow_norms(training: dict[str, Any]) -> bool:
    """Whether the learning rate of a parameter group, as shown at each step, falls where its gradients grow."""
    norms = training["norms"]
    for listed in (training["before"], training["after"]):
        for place, group in enumerate(listed[0]):
            rates = [groups[place]["hyper"].get("lr") if place < len(groups) else None for groups in listed]
            if all(type(rate) is float for rate in rates) and hidden_rates.follow_norms(
                np.array(rates), np.linalg.norm(norms[:, group["members"]], axis=1)
            ):
                return True
    return False


def _error_of(name: str, problem: Problem, record: Record) -> float:
    """The error, as `_error` has it, of torch's `name`, or of what textbooks write for it, with values that are
    searched for where none is shown; of the first of these that takes the recorded path."""
    few, shown = _beginning(problem), record["groups"][0][0]["hyper"]
    errors = itertools.chain(
        (_confirmed(name, problem, record, hyper) for hyper in _searched(name, few, record)),
        (_error(record, form.path(problem, record), problem) for form in textbook.forms(name, shown)),
    )
    return next((error for error in errors if error <= 1), math.inf)


def _is_path_with_hidden_numbers(name: str, problem: Problem, readings: list[Record]) -> bool:
    """Whether `name` takes the recorded path with numbers that it does not show, or shows as 0, or with a schedule of
    its own."""
    for reading in readings:
        for (record,), hyper in unshown(name, _beginning(problem), [reading]):
            if _confirmed(name, problem, record, hyper) <= 1:
                return True
    for reading in readings:
        for (record,), form in schedules(name, _beginning(problem), [reading]):
            ((path,), factors) = hidden_rates.walk(form, [problem], [record])
            if _error(record, path, problem) <= 1 and not hidden_rates.follow_norms(factors, _norms(problem)):
                return True
    return False


def _norms(problem: Problem) -> Any:
    return np.linalg.norm(np.nan_to_num(problem["gradients"]), axis=1)


def _beginning(problem: Problem) -> Problem:
    return {**problem, "steps": min(SEARCHED_STEPS, problem["steps"])}


def _confirmed(name: str, problem: Problem, record: Record, hyper: Hyper) -> float:
    """The error with values that were searched for in the beginning, where the path has to be the recorded one, too."""
    for part in (_beginning(problem), problem):
        error = _error(record, _path(name, part, record, hyper), part)
        if error > 1:
            return error
    return error


def _searched(name: str, problem: Problem, record: Record) -> Iterator[Hyper]:
    """Values for what could not be read: torch's own, those that fit best, and the usual ones."""
    usual = trials(name, record["groups"][0][0]["hyper"], problem["kind"])
    for trial in itertools.chain(itertools.islice(usual, 1), refined(name, problem, record), usual):
        rate = fitted_rate(name, problem, record, trial)
        if rate is not None:
            yield {**trial, **rate}


def _path_with_a_rate(name: str, problem: Problem, record: Record) -> Any:
    """The path with the hyper-parameters that were read, and else torch's own; the learning rate that fits best where
    none was read."""
    return _path(name, problem, record, fitted_rate(name, _beginning(problem), record, {}) or {})


def _path(name: str, problem: Problem, record: Record, hyper: Hyper) -> Any:
    return replay(name, problem, record["groups"], hypers_of(name, record, hyper))


def _error(record: Record, expected: Any, problem: Problem) -> float:
    """How far the recorded path is from this one (steps + 1, n), or from None, as far as `problem` goes, in units of
    what is tolerated.

    Of the whole path, and of the part that reached the target: beside a long last step, all before it would be small;
    and of each step by itself: beside a jump that is taken back, all other steps would be.
    """
    path = record["path"][: problem["steps"] + 1]
    if expected is None or path.shape != expected.shape or not np.isfinite(expected).all():
        return math.inf
    digit = float(np.finfo(problem["dtype"]).eps)
    ends = {min(problem["reached"], problem["steps"]), problem["steps"]}
    error = max(_entry_error(path[: end + 1], expected[: end + 1], digit) for end in ends)
    return error if error > 1 else max(error, step_deviation(path, expected, digit, MIN_MOVED))


def _entry_error(path: Any, expected: Any, digit: float) -> float:
    """By how much that entry is off which is furthest, of those that have moved, but for rounding: a last digit is lost
    at each step, up or down. Who writes a few entries otherwise is another optimizer, however many others are moved as
    they should."""
    moved, size = np.maximum(np.ptp(path, axis=0), np.ptp(expected, axis=0)), np.abs(path).max(axis=0)
    judged = ~(moved <= MOVED * (size + 1e-3))  # NaN is judged
    if judged.sum() < MIN_MOVED:
        return math.inf
    allowed = RELATIVE * moved + ROUNDING * digit * np.sqrt(len(path)) * size
    with np.errstate(invalid="ignore"):
        errors = (np.abs(path - expected).max(axis=0) / allowed)[judged]
    return float(np.where(np.isnan(errors), np.inf, errors).max())


def _whole(training: dict[str, Any]) -> tuple[Problem, Record]:
    problem = {
        "kind": "gradients",
        "shapes": [[count] for count in training["followed"]],
        **{key: training[key] for key in ("start", "gradients", "reached", "dtype")},
        "steps": len(training["path"]),
    }
    path = np.concatenate([training["start"][None], training["path"]])
    return problem, {"path": path, "before": training["before"], "after": training["after"]}
