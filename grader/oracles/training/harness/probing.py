"""What the student's optimizer does to a few float64 parameters whose gradients we choose; see `oracles/probes.py`."""

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from . import student_module as student
from .answers import answering


@answering
def probe_optimizer(name: str, problems: list[dict[str, Any]]) -> dict[str, Any]:
    """One record for each problem; see `_walk`."""
    torch.manual_seed(0)
    return {"records": [_walk(name, problem) for problem in problems]}


def takes_closure(step: Callable[..., Any]) -> str:
    """Whether `step` "must" be given a closure, "can", or does "not" take one."""
    try:
        parameters = list(inspect.signature(step).parameters.values())
    except (TypeError, ValueError):
        return "can"
    takes = [p for p in parameters if p.kind is not p.KEYWORD_ONLY and p.kind is not p.VAR_KEYWORD]
    if not takes:
        return "not"
    return "must" if takes[0].default is takes[0].empty and takes[0].kind is not takes[0].VAR_POSITIONAL else "can"


def _walk(name: str, problem: dict[str, Any]) -> dict[str, Any]:
    """The path (steps + 1, n) that the parameters take, and the optimizer's groups as plain data, before each step and
    after the last."""
    parameters = _parameters(problem["shapes"], torch.from_numpy(problem["start"]))
    optimizer = student.optimizer(name, (p for p in parameters))
    path, groups = [_flat(parameters)], [_groups(optimizer, parameters)]
    for number in range(problem["steps"]):
        _step(optimizer, _closure(problem, parameters, number), problem["kind"] != "gradients")
        path.append(_flat(parameters))
        groups.append(_groups(optimizer, parameters))
    return {"path": torch.stack(path).numpy(), "groups": groups}


def _parameters(shapes: list[list[int]], start: torch.Tensor) -> list[nn.Parameter]:
    sizes = [torch.Size(shape).numel() for shape in shapes]
    return [
        nn.Parameter(part.reshape(shape).clone()) for part, shape in zip(torch.split(start, sizes), shapes, strict=True)
    ]


def _flat(parameters: list[nn.Parameter]) -> torch.Tensor:
    return torch.cat([p.detach().double().flatten() for p in parameters])


def _closure(problem: dict[str, Any], parameters: list[nn.Parameter], number: int) -> Callable[[], torch.Tensor]:
    """Sets the gradients of the problem and gives its value. Its twin is in oracles/optimizers."""

    def given() -> torch.Tensor:
        row = torch.from_numpy(problem["gradients"][number])
        for p, g in zip(parameters, _parameters(problem["shapes"], row), strict=True):
            p.grad = g.detach()
        return (row * _flat(parameters)).sum()

    def objective() -> torch.Tensor:
        for p in parameters:
            p.grad = None
        residual = torch.from_numpy(problem["matrix"]) @ torch.cat([p.flatten() for p in parameters])
        residual = residual - torch.from_numpy(problem["target"])
        loss = 0.5 * residual @ residual if problem["kind"] == "quadratic" else torch.log(torch.cosh(residual)).sum()
        torch.autograd.backward(loss)
        return loss

    return given if problem["kind"] == "gradients" else objective


def _step(optimizer: Any, closure: Callable[[], Any], wants_closure: bool) -> None:
    """`step(closure)` where one is due or demanded, else the gradients are set and `step()` is called."""
    takes = takes_closure(optimizer.step)
    if takes == "must" or (takes == "can" and wants_closure):
        optimizer.step(closure)
    else:
        closure()
        optimizer.step()


def _groups(optimizer: Any, parameters: list[nn.Parameter]) -> list[dict[str, Any]]:
    """The parameter groups: which of our parameters each holds, and its hyper-parameters as plain numbers.

    An optimizer without groups may be a wrapper around one that has them, or keep its numbers as attributes.
    """
    own = {key: value for key, value in getattr(optimizer, "__dict__", {}).items() if _plain(value)}
    groups = getattr(optimizer, "param_groups", None)
    if groups is None:
        inner = next((v for v in getattr(optimizer, "__dict__", {}).values() if hasattr(v, "param_groups")), None)
        groups = inner.param_groups if inner is not None else [{"params": None}]
    return [
        {
            "members": None if group.get("params") is None else _members(group["params"], parameters),
            "hyper": {str(k): _value(v) for k, v in {**own, **group}.items() if k != "params" and _plain(v)},
        }
        for group in groups
    ]


def _members(params: Any, parameters: list[nn.Parameter]) -> list[int]:
    held = [id(p) for p in params]
    return [index for index, p in enumerate(parameters) if id(p) in held]


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
