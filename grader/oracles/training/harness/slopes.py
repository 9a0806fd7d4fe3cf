"""Does the loss change as the network's gradients say? A backward pass of the student's own may bring anything."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from .backward_passes import gradients_by_backward
from .randomness import Randomness

IMAGES = 128
STEP = 1e-3  # of the parameters' norm: far above rounding in float32, too short for kinks to matter
# A gradient may be right along itself alone, as the part of the true one is that leads to weights from home; so another
# direction is drawn, in which entries move as far as their gradient is large. It has little of the gradient, and of
# what bends: it is followed for longer, and twice, since a loss that jumps has no slope.
LONGER = (2.0, 10.0)
ROUNDING = 300  # times that of the loss: a smaller change tells nothing

Ways = Sequence[tuple[torch.Tensor, torch.Tensor]]  # parameters and their gradients


def slopes(model: nn.Module, x: torch.Tensor, y: torch.Tensor, randomness: Randomness, seed: int) -> dict[str, Any]:
    """slopes: see `look`, of the mean cross-entropy of the first images and all parameters. In training mode, with the
    same random numbers each time."""
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]

    def loss() -> torch.Tensor:
        randomness.reset()
        return nn.functional.cross_entropy(model(x[:IMAGES]), y[:IMAGES])

    def value() -> float:
        with torch.no_grad():
            return float(loss())

    gradients = gradients_by_backward(loss(), parameters, [])
    ways = [(p, torch.zeros_like(p) if way is None else way) for p, way in zip(parameters, gradients, strict=True)]
    return {"slopes": look(value, ways, torch.Generator().manual_seed(seed))}


def look(loss: Callable[[], float], ways: Ways, generator: torch.Generator) -> list[list[float]]:
    """[slope that the gradients claim, slope that was measured, as a central difference]: along the gradient, and for
    either length along a direction that the generator draws. Nothing where rounding may be all that was measured.
    Leaves the parameters as they were."""
    tiny = torch.finfo(torch.float32).tiny
    starts, gradients = [p.detach().clone() for p, _ in ways], [gradient for _, gradient in ways]
    claimed = norm(gradients)
    along = [gradient / max(claimed, tiny) for gradient in gradients]
    spread = max(norm([part**2 for part in along]), tiny)  # 1 / sqrt(n) where all n are alike
    signs = [torch.randn(part.shape, generator=generator).to(part.device, part.dtype) for part in along]
    drawn = [part * sign / spread for part, sign in zip(along, signs, strict=True)]
    length = STEP * max(norm(starts), tiny)
    looks = [(along, length), *((drawn, factor * length * spread) for factor in LONGER)]

    def at(direction: Sequence[torch.Tensor], reach: float) -> float:
        for (p, _), start, way in zip(ways, starts, direction, strict=True):
            p.data.copy_(start + reach * way)  # autograd does not see it
        return loss()

    try:
        ends = [(at(direction, reach), at(direction, -reach)) for direction, reach in looks]
    finally:
        for (p, _), start in zip(ways, starts, strict=True):
            p.data.copy_(start)
    change = max(abs(ends[0][0] - ends[0][1]), 2 * length * claimed)
    if change <= ROUNDING * max(torch.finfo(p.dtype).eps for p in starts) * (1 + abs(ends[0][0])):
        return []
    return [
        [dot(direction, gradients), (up - down) / (2 * reach)]
        for (direction, reach), (up, down) in zip(looks, ends, strict=True)
    ]


def norm(tensors: Sequence[torch.Tensor]) -> float:
    """The Euclidean norm of all their entries together."""
    return math.sqrt(dot(tensors, tensors))


def dot(first: Sequence[torch.Tensor], second: Sequence[torch.Tensor]) -> float:
    """The scalar product of all their entries together."""
    return float(sum(float((left.double() * right.double()).sum()) for left, right in zip(first, second, strict=True)))
