"""Does the loss change in the training as its gradients say? A backward pass of the student's own may be by the book
before the training, or for another number of images than a batch has, and lead elsewhere in it."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from .randomness import Randomness
from .slopes import STEP, norm

SAME_LOSS = 1e-4  # relative: a network that is asked again in the same way gives the same loss but for rounding


class StepSlopes:
    """Measures slopes of the loss in the middle of a training, and leaves everything as it was.

    The arguments of the network's last call are kept, with what it draws and changes: asked again so, with parameters
    that are moved along their gradient to either side, it gives the loss there. `pairs` are [slope that the
    gradient claims, slope that was measured] since `begin_epoch`; none where the loss is not the one of the network's
    last call, as with a second loss on the way.
    """

    def __init__(self, model: nn.Module, members: dict[str, Any]) -> None:
        self._model, self._members = model, members
        self._last_call: tuple[tuple[Any, ...], dict[str, Any], _State] | None = None
        self._is_wanted = False
        self.pairs: list[list[float]] = []
        model.register_forward_pre_hook(self._note_call, with_kwargs=True)

    def begin_epoch(self) -> None:
        self.pairs = []

    def begin_step(self, is_wanted: bool) -> None:
        """Whether a slope is to be measured in the step that begins."""
        self._is_wanted, self._last_call = is_wanted, None

    def _note_call(self, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._is_wanted and torch.is_grad_enabled():
            self._last_call = args, kwargs, _State(model, self._members)

    def measure(
        self, loss: torch.Tensor, target: torch.Tensor, parts: Iterable[tuple[torch.Tensor, torch.Tensor | None]]
    ) -> None:
        """Measure the slope at this value of the loss function, along `parts`: parameters, and their gradients."""
        if not self._is_wanted or self._last_call is None:
            return
        args, kwargs, state = self._last_call
        self.begin_step(is_wanted=False)
        now = _State(self._model, self._members)
        ways = [(p, p.detach().clone(), gradient) for p, gradient in parts if gradient is not None]
        claimed, size = norm([gradient for _, _, gradient in ways]), norm([start for _, start, _ in ways])
        length = STEP * size / max(claimed, torch.finfo(torch.float32).tiny)
        losses = []
        try:
            for sign in (0, 1, -1):
                state.restore()
                for p, start, gradient in ways:
                    p.data.copy_(start + sign * length * gradient)
                with torch.no_grad():
                    losses.append(float(nn.functional.cross_entropy(self._model(*args, **kwargs), target)))
        finally:
            for p, start, _ in ways:
                p.data.copy_(start)  # autograd does not see it: the student's own backward pass is still to come
            now.restore()
        here, above, below = losses
        if abs(here - float(loss.detach())) <= SAME_LOSS * (1 + abs(here)):
            self.pairs.append([claimed, (above - below) / (2 * STEP * max(size, 1e-30))])


class _State:
    """What a network changes when it is asked: its buffers, and the generators that it draws from."""

    def __init__(self, model: nn.Module, members: dict[str, Any]) -> None:
        self._randomness = Randomness(model, members)
        self._buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]

    def restore(self) -> None:
        self._randomness.reset()
        for buffer, value in self._buffers:
            buffer.data.copy_(value)
