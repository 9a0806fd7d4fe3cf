"""What backward passes bring to the parameters in a step, beside the gradients that the step then finds."""

from collections.abc import Callable
from functools import partial

import torch

from .flat_parameters import MIN_OF_EACH
from .slopes import norm


class IncomingGradients:
    """Adds up what backward passes bring to the parameters of these `names`, from when it is made.

    `sums` are what they brought since `look_for_old` was last called, by name; `uncleared` the names of parameters
    whose gradients were left from before. What comes while `is_ours()` is no pass of the student's.
    """

    def __init__(self, named: dict[str, torch.Tensor], names: list[str], is_ours: Callable[[], bool]) -> None:
        self._named, self._names, self._is_ours = named, names, is_ours
        self._before: dict[str, torch.Tensor | None] = {}
        self.sums: dict[str, torch.Tensor] = {}
        self.uncleared: set[str] = set()
        for name in names:
            named[name].register_hook(partial(self._arrives, name))

    def _arrives(self, name: str, gradient: torch.Tensor) -> None:
        """Add up what the backward passes of a step bring to a parameter, and note its `.grad` from before them."""
        if self._is_ours():
            return
        if name in self.sums:
            self.sums[name] += gradient.detach()
            return
        before = self._named[name].grad
        self._before[name] = None if before is None else before.detach().clone()
        self.sums[name] = gradient.detach().clone()  # a copy: torch may reuse the tensor as `.grad`

    def size(self) -> float:
        """The norm of the gradients at the step."""
        return norm([p.grad for p in (self._named[name] for name in self._names) if p.grad is not None])

    def cosine(self, passes: dict[str, torch.Tensor]) -> float:
        """The cosine between the gradients at the step and what they should be: what backward passes brought, `passes`,
        plus what was there before them, or without that, as where `.grad` is written with what torch.autograd.grad
        gives; or these clipped entry by entry, as far as the gradients at the step may be. A parameter whose gradient
        was set to 0 stands still and does not count. 0 where the passes brought nothing, or no such parameter has a
        gradient."""
        with_old = self._cosine(passes, self._before)
        return with_old if with_old == 1.0 else max(with_old, self._cosine(passes, {}))

    def _cosine(self, passes: dict[str, torch.Tensor], before: dict[str, torch.Tensor | None]) -> float:
        pairs = [
            (now.detach(), _came(now, passes.get(name), before.get(name)))
            for name, now in ((name, self._named[name].grad) for name in self._names)
            if now is not None
        ]
        if all(torch.equal(now, came) for now, came in pairs):  # as a rule
            return 1.0 if any(bool(now.any()) for now, _ in pairs) else 0.0
        pairs = [(now, came) for now, came in pairs if bool(now.any())]
        if not pairs:
            return 0.0
        here, brought = (torch.cat([tensor.reshape(-1) for tensor in side]) for side in zip(*pairs, strict=True))
        limit = float(here.abs().max())
        return max(_cosine_of(here, brought), _cosine_of(here, brought.clamp(-limit, limit)))

    def look_for_old(self) -> None:
        """Note the parameters whose gradient is the sum of the one from before and what backward passes brought: it has
        not been cleared in between."""
        for name, incoming in self.sums.items():
            old, now = self._before[name], self._named[name].grad
            if old is None or now is None or not bool(old.any()):
                continue
            scale = 1e-4 * float(now.abs().max())
            if float((now - old - incoming).abs().max()) <= scale < float(old.abs().max()):
                self.uncleared.add(name)
        self.sums.clear()


def _came(now: torch.Tensor, incoming: torch.Tensor | None, old: torch.Tensor | None) -> torch.Tensor:
    if incoming is None:
        return torch.zeros_like(now)
    return incoming if old is None else incoming + old


def hooked(named: dict[str, torch.Tensor], seed: int) -> list[str]:
    """The parameters that get a gradient hook: those of the last layer, whose gradients pass through no other, and two
    that are drawn, so that a student cannot know them."""
    learning = [name for name, p in named.items() if p.requires_grad]
    order = torch.randperm(len(learning), generator=torch.Generator().manual_seed(seed)).tolist()
    return list(dict.fromkeys([*learning[-MIN_OF_EACH:], *(learning[place] for place in order[:MIN_OF_EACH])]))


def _cosine_of(first: torch.Tensor, second: torch.Tensor) -> float:
    """The cosine between two vectors, 0 where one of them is 0.

    Each is scaled first, since the squares of what diverges, or has converged, leave the range of float32.
    """
    if not (bool(first.any()) and bool(second.any())):
        return 0.0
    first, second = (vector / vector.abs().max() for vector in (first, second))
    return float(torch.cosine_similarity(first, second, dim=0))
