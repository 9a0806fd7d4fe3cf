"""Which optimizer is it? What could not be read of it is searched for: the learning rate by least squares (without
weight decay, steps are linear in it), the rest among the usual values."""

from itertools import islice
from typing import Any

import numpy as np

from . import quasi_newton
from .hyperparameters import Hyper, read, trials
from .replay import RELATIVE, Problem, Record, deviation, replay

TORCHS = (
    "Adadelta",
    "Adagrad",
    "Adam",
    "RMSprop",
    "SGD",
    "LBFGS",
    "AdamW",
    "NAdam",
    "RAdam",
    "Adamax",
    "ASGD",
    "Rprop",
)


def identify(name: str, problems: list[Problem], records: list[Record]) -> dict[str, Any]:
    """Does the recorded optimizer move as torch's `name` does, and if not, as which other?

    Returns {"same": bool, "like": a class of torch.optim, "uphill", "no-bias-correction" or None, "known": bool
    (whether a learning rate could be read), "error": float}: the last is the largest deviation as a share of the
    largest displacement (for an L-BFGS with a line search of its own, as the sine of an angle).
    """
    readings = _readings(records)
    error = min(_best_error(name, problems, reading, tried=1) for reading in readings)
    if error > 1 and name == "LBFGS":
        error = min(error, quasi_newton.deviation(problems, records))
    if error > 1:
        error = min(error, *(_best_error(name, problems, reading) for reading in readings))
    known = all(
        "lr" in read(name, group["hyper"]) for record in records for groups in record["groups"] for group in groups
    )
    like = name if error <= 1 else _resemblance(name, problems, readings)
    return {"same": error <= 1, "like": like, "known": known, "error": min(error, 1e300) * RELATIVE}


def _readings(records: list[Record]) -> list[list[Record]]:
    """Which hyper-parameters each step was taken with: those read before it, or, of an optimizer that sets its own at
    the beginning of a step, those read after it."""
    before = [{**record, "groups": record["groups"][:-1]} for record in records]
    after = [{**record, "groups": record["groups"][1:]} for record in records]
    return [before] if _same(before, after) else [before, after]


def _same(one: list[Record], other: list[Record]) -> bool:
    return all(a["groups"] == b["groups"] for a, b in zip(one, other, strict=True))


def _resemblance(name: str, problems: list[Problem], readings: list[list[Record]]) -> str | None:
    """What else it is: another of torch's, or a known slip."""
    for records in readings:
        for other in TORCHS:
            if other != name and _best_error(other, problems, records) <= 1:
                return other
    records = readings[0]
    if _best_error(name, problems, [_reversed(record) for record in records]) <= 1:
        return "uphill"
    return "no-bias-correction" if name == "Adam" and _uncorrected_adam(problems, records) <= 1 else None


def _best_error(name: str, problems: list[Problem], records: list[Record], tried: int | None = None) -> float:
    """The smallest deviation over the trials (or the first of them), as the worst of all problems."""
    best = float("inf")
    for trial in islice(trials(name, records[0]["groups"][0][0]["hyper"], problems[0]["kind"]), tried):
        rate = _fitted_rate(name, problems[0], records[0], trial)
        if rate is None:
            continue
        worst = 0.0
        for problem, record in zip(problems, records, strict=True):
            path = replay(name, problem, record["groups"], _hypers(name, record, {**trial, **rate}))
            worst = max(worst, deviation(record["path"], path, problem["kind"] == "gradients"))
            if worst > best:
                break
        best = min(best, worst)
        if best <= 1:
            break
    return best


def _fitted_rate(name: str, problem: Problem, record: Record, trial: Hyper) -> Hyper | None:
    """The learning rate that fits best, where none was read; None where nothing fits."""
    if "lr" in read(name, record["groups"][0][0]["hyper"]) or "lr" in trial or problem["kind"] != "gradients":
        return {}
    path = replay(name, problem, record["groups"], _hypers(name, record, {**trial, "lr": 1.0}))
    if path is None:
        return None
    one, found = path - path[0], record["path"] - record["path"][0]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        rate = float((one * found).sum() / (one * one).sum())
    return {"lr": rate} if rate > 0 else None


def _hypers(name: str, record: Record, extra: Hyper) -> list[list[Hyper]]:
    return [[{**extra, **read(name, group["hyper"])} for group in groups] for groups in record["groups"]]


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
