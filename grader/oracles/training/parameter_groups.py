"""An optimizer's parameter groups, as the harness shows them: read as plain data that our own oracle may be given."""

from collections.abc import Mapping
from typing import Any, TypeAlias

MAX_GROUPS = 16
MAX_HYPERPARAMETERS = 40
MAX_ITERATIONS = 1000  # of LBFGS in our own replay
MAX_HYPERPARAMETER = 1e12

Groups: TypeAlias = list[dict[str, Any]]  # {"members": indices of parameters, "hyper": {name: value}}


def read_by_step(listed: Any, steps: int, parameters: int) -> tuple[Groups, ...] | None:
    """The groups at each of `steps` steps, from [[step, groups], ...] for those where they changed; None for anything
    else. Nothing is believed."""
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
    found: list[Groups] = []
    for step in range(steps):
        if step not in changes and not found:
            return None
        found.append(changes.get(step, found[-1] if found else []))
    return tuple(found)


def read_groups(step: Any, parameters: int) -> Groups | None:
    """The groups at one step, of an optimizer for that many parameters."""
    if not isinstance(step, list) or not 0 < len(step) <= MAX_GROUPS:
        return None
    found = []
    for group in step:
        match group:
            case {"members": list(held), "hyper": dict(hyper)} if all(
                type(index) is int and 0 <= index < parameters for index in held
            ):
                found.append({"members": held, "hyper": _hyper(hyper)})
            case _:
                return None
    return found


def _hyper(found: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in list(found.items())[:MAX_HYPERPARAMETERS]:
        if key in ("max_iter", "max_eval", "history_size"):
            plain = value is None or (type(value) is int and 0 < value <= MAX_ITERATIONS)
        elif isinstance(value, str):
            plain = key == "line_search_fn" and value == "strong_wolfe"
        elif isinstance(value, list):
            plain = all(_is_number(item) for item in value)
        else:
            plain = value is None or _is_number(value)
        if plain:
            kept[key] = value
    return kept


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float) and abs(value) <= MAX_HYPERPARAMETER  # NaN is no number here either
