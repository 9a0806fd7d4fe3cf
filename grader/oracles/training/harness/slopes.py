"""Does the loss fall as the network's gradients say? A backward pass of the student's own may bring anything."""

from typing import Any

import torch
from torch import nn

from .backward_passes import gradients_by_backward
from .randomness import Randomness

IMAGES = 128
STEP = 1e-3  # of the parameters' norm: far above rounding in float32, too short for kinks to matter


def slopes(model: nn.Module, x: torch.Tensor, y: torch.Tensor, randomness: Randomness) -> dict[str, Any]:
    """claimed, measured: the slope of the mean cross-entropy of the first images along its gradient with respect to all
    parameters, as the gradient says (its norm), and as a central difference. In training mode, with the same random
    numbers each time."""
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]

    def loss() -> torch.Tensor:
        randomness.reset()
        return nn.functional.cross_entropy(model(x[:IMAGES]), y[:IMAGES])

    gradients = gradients_by_backward(loss(), parameters, [])
    ways = [torch.zeros_like(p) if way is None else way for p, way in zip(parameters, gradients, strict=True)]
    claimed, size = norm(ways), norm([p.detach() for p in parameters])
    length = STEP * size / max(claimed, torch.finfo(torch.float32).tiny)
    starts = [p.detach().clone() for p in parameters]
    with torch.no_grad():
        ends = []
        for sign in (1, -1):
            for p, start, way in zip(parameters, starts, ways, strict=True):
                p.copy_(start + sign * length * way)
            ends.append(float(loss()))
    return {"claimed": claimed, "measured": (ends[0] - ends[1]) / (2 * STEP * max(size, 1e-30))}


def norm(tensors: list[torch.Tensor]) -> float:
    """The Euclidean norm of all their entries together."""
    return float(sum(float((tensor.double() ** 2).sum()) for tensor in tensors) ** 0.5)
