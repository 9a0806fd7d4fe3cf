"""What an optimizer clips gradients to inside its step(), in place or in copies that nobody else sees.

Clipping twice is clipping once: whoever clips to a limit goes the same way where gradients come clipped to it, and
another way where they come clipped to less. So nothing else of the optimizer has to be known.
"""

from collections.abc import Callable
from typing import Any

import torch

from .problems import CLIPS, closure_of, parameters_of

SCALES = 3.0  # gradients grow from 1e-3 to 1e3 of theirs: to any usual limit, some are clipped, and some are not
LEAST = 1e-6  # of the largest gradient: what is the same however short gradients are is no limit
HALVINGS = 26  # of the logarithm of what a limit may be
SAME = 1e-4  # of the way: torch adds 1e-6 to the norms that it divides by
DIGITS, WRITTEN = 2, 3e-3  # a limit that is as near to a number of so few digits is what somebody wrote

Walk = Callable[[dict[str, Any]], torch.Tensor]  # through a problem: the path (steps + 1, n)


def clip_limit(problem: dict[str, Any], walk: Walk) -> tuple[str, float] | None:
    """In which of the ways of `CLIPS` the optimizer that takes these walks clips gradients, and to what; None where it
    does not. What limits each entry limits norms, too, so that the finest way counts."""
    scales = torch.logspace(-SCALES, SCALES, problem["steps"], dtype=torch.float64).numpy()
    problem = {**problem, "gradients": problem["gradients"] * scales[:, None]}
    path = walk(problem)
    reach = float((path - path[0]).abs().max())
    for how, largest in reversed(_largest(problem).items()):

        def is_same(limit: float, how: str = how) -> bool:
            return float((walk({**problem, "clip": [how, limit]}) - path).abs().max()) <= SAME * reach

        limit = _least(largest, is_same)
        if limit is not None:
            return how, limit
    return None


def _largest(problem: dict[str, Any]) -> dict[str, float]:
    """What the last gradients, the largest, would be clipped to and stay as they are, in the order of `CLIPS`."""
    parameters = parameters_of(problem["shapes"], torch.from_numpy(problem["start"]))
    closure_of(problem, parameters, problem["steps"] - 1)()
    gradients = [p.grad for p in parameters if p.grad is not None]
    norms = torch.stack([gradient.norm() for gradient in gradients])
    entry = torch.stack([gradient.abs().max() for gradient in gradients]).max()
    return dict(zip(CLIPS, map(float, (norms.norm(), norms.max(), entry)), strict=True))


def _least(largest: float, is_same: Callable[[float], bool]) -> float | None:
    """The least limit with which nothing changes; None where half of the largest gradient is none, or next to nothing
    still is."""
    low, high = LEAST * largest, largest / 2
    if not is_same(high) or is_same(low):
        return None
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if is_same(middle) else (middle, high)
    written = float(f"{high:.{DIGITS}g}")
    return written if abs(written - high) <= WRITTEN * high else high
