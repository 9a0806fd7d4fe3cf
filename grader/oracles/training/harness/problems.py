"""Small problems for an optimizer. The oracle replays them with torch's own optimizer, by this same code.

A problem has "kind", "shapes", and "gradients" (steps, n), or an objective's "matrix" and "target": quadratic
0.5 |Ax - b|^2, or the sum of log cosh(Ax - b). With "clip", [how, limit], gradients are clipped as `CLIPS` says.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

# How gradients are clipped: by the norm of all, by that of each tensor, or entry by entry.
CLIPS: dict[str, Callable[[list[nn.Parameter], float], object]] = {
    "norm": nn.utils.clip_grad_norm_,
    "tensor norm": lambda parameters, limit: [nn.utils.clip_grad_norm_([p], limit) for p in parameters],
    "value": nn.utils.clip_grad_value_,
}


def parameters_of(shapes: list[list[int]], values: torch.Tensor) -> list[nn.Parameter]:
    """Parameters of these shapes, holding `values` (n,)."""
    sizes = [torch.Size(shape).numel() for shape in shapes]
    return [
        nn.Parameter(part.reshape(shape).clone())
        for part, shape in zip(torch.split(values, sizes), shapes, strict=True)
    ]


def flat(parameters: list[nn.Parameter]) -> torch.Tensor:
    """The values of all parameters, (n,), float64."""
    return torch.cat([p.detach().double().flatten() for p in parameters])


def closure_of(problem: dict[str, Any], parameters: list[nn.Parameter], number: int) -> Callable[[], Any]:
    """A closure for step `number` of the problem: it sets the gradients, clips them if the problem says so, and returns
    the loss. A parameter whose gradients are all NaN gets none."""

    def fixed_gradients() -> torch.Tensor:
        row = torch.from_numpy(problem["gradients"][number]).to(parameters[0].dtype)
        for p, g in zip(parameters, parameters_of(problem["shapes"], row), strict=True):
            p.grad = None if bool(g.isnan().all()) else g.detach()
        return (row * flat(parameters)).sum()

    def objective() -> torch.Tensor:
        for p in parameters:
            p.grad = None
        residual = torch.from_numpy(problem["matrix"]) @ torch.cat([p.flatten() for p in parameters])
        residual = residual - torch.from_numpy(problem["target"])
        loss = 0.5 * residual @ residual if problem["kind"] == "quadratic" else torch.log(torch.cosh(residual)).sum()
        torch.autograd.backward(loss)
        return loss

    closure = fixed_gradients if problem["kind"] == "gradients" else objective
    if "clip" not in problem:
        return closure
    how, limit = problem["clip"]

    def clipping_closure() -> torch.Tensor:
        loss = closure()
        CLIPS[how](parameters, limit)
        return loss

    return clipping_closure
