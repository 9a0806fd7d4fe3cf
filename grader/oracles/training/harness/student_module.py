"""The student's module, and the results of its functions, each checked before it is used."""

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from .answers import Halt, answering, recall

_IMAGES = 512  # evaluated at once, since the images that a course chooses may be large


@answering
def import_module() -> dict[str, Any]:
    """Import the student's module. Halts with "missing" where there is none."""
    try:
        importlib.import_module(_name())
    except ModuleNotFoundError as error:
        if error.name == _name():
            raise Halt("missing", what=f"{_name()}.py") from None
        raise
    return {}


def function(name: str) -> Callable[..., Any]:
    """The student's function of that name. Halts with "missing" where there is none."""
    member: Callable[..., Any] | None = getattr(importlib.import_module(_name()), name, None)
    if member is None:
        raise Halt("missing", what=name)
    return member


def members() -> dict[str, Any]:
    """What the student's module has, by name."""
    return vars(importlib.import_module(_name()))


def _name() -> str:
    return str(recall("options")["module"])


def optimizer(name: str, params: Iterator[Any]) -> Any:
    """What the student's make_optimizer returns. Halts with "no-optimizer" where it has no step()."""
    result = function("make_optimizer")(name, params)
    if isinstance(result, type):
        raise Halt("no-optimizer", found=f"the class {result.__name__} itself, which is still to be called")
    if not callable(getattr(result, "step", None)):
        raise Halt("no-optimizer", found=f"an object of type {type(result).__name__}")
    return result


def network(seed: int) -> nn.Module:
    """The student's network from this seed, on the device. Halts with "no-network" on anything but a torch module."""
    options, x = recall("options"), recall("x")
    torch.manual_seed(seed)
    result = function("build_network")(tuple(x.shape[1:]), options["classes"])
    if not isinstance(result, nn.Module):
        raise Halt("no-network", found=type(result).__name__)
    return result.to(recall("device"))


def outputs(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The network's logits (n, classes) in evaluation mode. Halts with "bad-outputs" on another type or shape."""
    model.eval()
    parts: list[torch.Tensor] = []
    with torch.no_grad():
        for piece in torch.split(images, _IMAGES):
            logits = model(piece)
            if not isinstance(logits, torch.Tensor):
                raise Halt("bad-outputs", parts=type(logits).__name__)
            if logits.shape != (len(piece), recall("options")["classes"]):
                raise Halt("bad-outputs", parts=f"shape {tuple(logits.shape)} for {len(piece)} images")
            parts.append(logits.detach())
    return torch.cat(parts)
