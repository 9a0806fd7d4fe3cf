"""What each step of a student's optimizer was taken with: the hyper-parameters that were read, and where none was, the
learning rate by least squares (without weight decay, steps are linear in it)."""

from collections.abc import Callable, Collection

import numpy as np

from .hyperparameters import ALIASES, Hyper, defaults, read
from .replay import Problem, Record, replay


def readings_of(records: list[Record]) -> list[list[Record]]:
    """Which hyper-parameters each step was taken with: those read before it, or, of an optimizer that sets its own at
    the beginning of a step, those read after it. `groups` are those of the reading."""
    before = [{**record, "groups": record["before"]} for record in records]
    after = [{**record, "groups": record["after"]} for record in records]
    return [before] if _same(before, after) else [before, after]


def without_zeros(name: str, records: list[Record], keys: Collection[str] | None = None) -> list[Record]:
    """The records without what is shown as 0 or False, as torch's `name` has it by default; of `keys`, where given. A
    class that is derived from torch's shows all of these, also those that its own step() does in another way."""
    inert = {key for key, default in defaults(name).items() if not default} & set(keys or defaults(name))

    def nonzero(hyper: Hyper) -> Hyper:
        return {key: value for key, value in read(name, hyper).items() if value or key not in inert}

    return _changed(records, nonzero)


def without(records: list[Record], dropped: str) -> list[Record]:
    """The records without what is shown under that name, and its aliases."""
    names = {dropped, *ALIASES.get(dropped, ())}
    return _changed(records, lambda hyper: {key: value for key, value in hyper.items() if key not in names})


def _changed(records: list[Record], change: Callable[[Hyper], Hyper]) -> list[Record]:
    """The records with the hyper-parameters of each group changed."""
    return [
        {
            **record,
            "groups": [[{**group, "hyper": change(group["hyper"])} for group in groups] for groups in record["groups"]],
        }
        for record in records
    ]


def _same(first: list[Record], second: list[Record]) -> bool:
    return all(a["groups"] == b["groups"] for a, b in zip(first, second, strict=True))


def fitted_rate(name: str, problem: Problem, record: Record, trial: Hyper) -> Hyper | None:
    """The learning rate that fits best, where none was read; None where nothing fits."""
    if "lr" in read(name, record["groups"][0][0]["hyper"]) or "lr" in trial or problem["kind"] != "gradients":
        return {}
    path = replay(name, problem, record["groups"], hypers_of(name, record, {**trial, "lr": 1.0}))
    if path is None:
        return None
    unit_path, displacement = path - path[0], record["path"][: len(path)] - record["path"][0]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        rate = float((unit_path * displacement).sum() / (unit_path * unit_path).sum())
    return {"lr": rate} if rate > 0 else None


def hypers_of(name: str, record: Record, extra: Hyper) -> list[list[Hyper]]:
    return [[{**extra, **read(name, group["hyper"])} for group in groups] for groups in record["groups"]]
