"""Notices an optimizer that clips the gradients of closures inside its step(), and what it clips them to."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

ROOM = 1e-6  # as in torch.nn.utils.clip_grad_norm_
DIGITS = 9  # of a limit, which somebody wrote: paths of L-BFGS without a line search tell any two numbers apart


class Clipping:
    """Compares the gradients that closures give with those that are there when the optimizer has used them."""

    def __init__(self) -> None:
        self._parameters: Sequence[torch.Tensor] = ()
        self._before: list[torch.Tensor] | None = None
        self._is_active = False
        self._limits = {"norm": 0.0, "tensor norm": 0.0, "value": 0.0}

    def watched(self, closure: Callable[[], Any], parameters: Sequence[torch.Tensor]) -> Callable[[], Any]:
        """The closure, between whose calls the gradients of the parameters are looked at."""
        self._parameters = parameters

        def evaluate() -> Any:
            self.note_use()
            loss = closure()
            self._before = [gradient.clone() for gradient in self._gradients()]
            return loss

        return evaluate

    def note_use(self) -> None:
        """Look at the gradients of the last evaluation, which have been used by now."""
        before, after = self._before, self._gradients()
        self._before = None
        if before is None or len(before) != len(after) or not after:
            return
        self._is_active |= any(not torch.equal(*pair) for pair in zip(before, after, strict=True))
        norms, norms_before = (torch.stack([gradient.norm() for gradient in side]) for side in (after, before))
        largest = {
            "norm": _limit(norms.norm(), norms_before.norm()),
            "tensor norm": _limit(norms, norms_before).max(),
            "value": torch.stack([gradient.abs().max() for gradient in after]).max(),
        }
        self._limits = {how: max(limit, float(largest[how])) for how, limit in self._limits.items()}

    def limits(self) -> list[tuple[str, float]]:
        """The largest norm of all gradients together, that of a tensor's, and the largest entry, of the gradients in
        use, with the ways of `CLIPS`; none where these are the given ones."""
        return [(how, float(f"{limit:.{DIGITS}g}")) for how, limit in self._limits.items()] if self._is_active else []

    def _gradients(self) -> list[torch.Tensor]:
        return [p.grad.detach() for p in self._parameters if p.grad is not None]


def _limit(norm: torch.Tensor, norm_before: torch.Tensor) -> torch.Tensor:
    """What norms were clipped to: torch multiplies by the limit, divided by the norm before plus `ROOM`."""
    return norm * (1 + ROOM / norm_before.clamp(min=ROOM))
