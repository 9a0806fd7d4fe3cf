"""Reads an optimizer's parameter groups from the harness, which is not trusted, as plain data for the oracle."""

from collections.abc import Mapping
from typing import Any, TypeAlias

MAX_GROUPS = 16
MAX_HYPERPARAMETERS = 40
MAX_ITERATIONS = 1000  # of LBFGS in our own replay
MAX_HYPERPARAMETER = 3e38  # of single precision: a rate that throws a network far away is a rate

Groups: TypeAlias = list[dict[str, Any]]  # {"members": indices of parameters, "hyper": {name: value}}


def read_by_step(listed: Any, steps: int, parameters: int) -> tuple[Groups, ...] | None:
    """The groups at each of `steps` steps, from [[step, groups], ...] for the steps at which they changed; None where
    `listed` has another form."""
    if not isinstance(listed, list) or (steps and not listed):
        return None
    changes: dict[int, Groups] = {}
    for item in listed:
        if not isinstance(item, list) or len(item) != 2 or type(item[0]) is not int:
            return None
        groups = read_groups(item[1], parameters)
        if groups is None:
            return None
        changes[item[0]] = groups
    by_step: list[Groups] = []
    for step in range(steps):
        if step not in changes and not by_step:
            return None
        by_step.append(changes.get(step, by_step[-1] if by_step else []))
    return tuple(by_step)


def read_groups(step: Any, parameters: int) -> Groups | None:
    """The groups at one step, of an optimizer for that many parameters; None where `step` has another form."""
    if not isinstance(step, list) or not 0 < len(step) <= MAX_GROUPS:
        return None
    groups = []
    for group in step:
        match group:
            case {"members": list(held), "hyper": dict(hyper)} if all(
                type(index) is int and 0 <= index < parameters for index in held
            ):
                groups.append({"members": held, "hyper": _hyper(hyper)})
            case _:
                return None
    return groups


def _hyper(hyper: Mapping[str, Any]) -> dict[str, Any]:
    readable: dict[str, Any] = {}
    for key, value in list(hyper.items())[:MAX_HYPERPARAMETERS]:
        if key in ("max_iter", "max_eval", "history_size"):
            plain = value is None or (type(value) is int and 0 < value <= MAX_ITERATIONS)
        elif isinstance(value, str):
            plain = key == "line_search_fn" and value == "strong_wolfe"
        elif isinstance(value, list):
            plain = all(_is_number(item) for item in value)
        else:
            plain = value is None or _is_number(value)
        if plain:
            readable[key] = value
    return readable


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float) and abs(value) <= MAX_HYPERPARAMETER  # NaN is no number here either
