"""Runs the student's optimizer on a few float64 parameters whose gradients we choose; see `probes`."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch

from . import student_module as student
from .answers import answering
from .clip_limit import clip_limit
from .clipping import Clipping
from .problems import closure_of, flat, parameters_of

OFF = 1e-6  # of the way to a point: it does not lie on the line


@answering
def probe_optimizer(name: str, problems: list[dict[str, Any]]) -> dict[str, Any]:
    """records: one for each problem, see `_walk`; None for an optimizer that is not a torch.optim.Optimizer, and so
    shows no parameter groups. clips: [[how, limit], ...], to what it may clip gradients in its steps."""
    clipping = Clipping()
    records = [_walk(name, problem, clipping) for problem in problems]
    if None in records:
        return {"records": None, "clips": []}
    if problems[0]["kind"] != "gradients":
        return {"records": records, "clips": [list(clip) for clip in clipping.limits()]}
    clip = clip_limit(problems[0], lambda problem: torch.from_numpy(_walk(name, problem, Clipping())["path"]))
    return {"records": records, "clips": [list(clip)] if clip else []}


def groups_of(optimizer: Any, parameters: Sequence[torch.Tensor]) -> list[dict[str, Any]]:
    """The optimizer's parameter groups as plain data: members, the indices in `parameters` of those that it holds, and
    hyper, its hyper-parameters by name."""
    places = {id(p): index for index, p in enumerate(parameters)}
    return [
        {
            "members": [places[id(p)] for p in group["params"] if id(p) in places],
            "hyper": {str(k): _value(v) for k, v in group.items() if k != "params" and _plain(v)},
        }
        for group in optimizer.param_groups
    ]


def _walk(name: str, problem: dict[str, Any], clipping: Clipping) -> Any:
    """The path (steps + 1, n) that the parameters take, the optimizer's groups as plain data, before each step and
    after the last, and whether a step asked for the loss at points that do not lie on one line."""
    torch.manual_seed(0)
    parameters = parameters_of(problem["shapes"], torch.from_numpy(problem["start"]))
    optimizer: Any = student.optimizer(name, (p for p in parameters))
    if not isinstance(optimizer, torch.optim.Optimizer):
        return None
    path, groups = [flat(parameters)], [groups_of(optimizer, parameters)]
    turns = False
    for number in range(problem["steps"]):
        closure = closure_of(problem, parameters, number)
        if problem["kind"] == "gradients":
            closure()
            optimizer.step(*([closure] if _demands_closure(optimizer) else []))
        else:
            points: list[torch.Tensor] = []
            optimizer.step(_noting(clipping.watched(closure, parameters), parameters, points))
            clipping.note_use()
            turns |= _turns(points)
        path.append(flat(parameters))
        groups.append(groups_of(optimizer, parameters))
    return {"path": torch.stack(path).numpy(), "groups": groups, "turns": turns}


def _noting(closure: Callable[[], Any], parameters: list[Any], points: list[torch.Tensor]) -> Callable[[], Any]:
    """The closure, which adds each point that it is asked at to `points`."""

    def evaluate() -> Any:
        points.append(flat(parameters))
        return closure()

    return evaluate


def _turns(points: list[torch.Tensor]) -> bool:
    """Whether points do not lie on one line: more than one iteration."""
    ways = [point - points[0] for point in points[1:] if not torch.equal(point, points[0])]
    return any(bool((way - (way @ ways[0]) / (ways[0] @ ways[0]) * ways[0]).norm() > OFF * way.norm()) for way in ways)


def _demands_closure(optimizer: torch.optim.Optimizer) -> bool:
    """Whether its step() cannot be called without a closure, like that of LBFGS."""
    return any(
        parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        for parameter in inspect.signature(optimizer.step).parameters.values()
    )


def _value(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.item()
    return [_value(item) for item in value] if isinstance(value, tuple | list) else value


def _plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return 0 < len(value) <= 3 and all(isinstance(item, bool | int | float) for item in value)
    if isinstance(value, torch.Tensor):
        return value.numel() == 1
    return value is None or isinstance(value, bool | int | float | str)
