"""Does the loss change in the training as its gradients say? A backward pass of the student's own may be by the book
before the training, or for another number of images than a batch has, and lead elsewhere in it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from .randomness import Randomness
from .slopes import STEP, norm

SAME_LOSS = 1e-4  # relative: a network that is asked again in the same way gives the same loss but for rounding
MAX_CALLS = 6  # of a step, the last of which are kept: more than one where an accuracy is computed beside the loss


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of the network: its arguments, and what the network draws from and changes, as it was before. `mixed` is
    the precision that torch.autocast chose, None outside of it."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    state: "_State"
    mixed: torch.dtype | None


class StepSlopes:
    """Measures slopes of the loss in the middle of a training, and leaves everything as it was.

    The calls of the network in a step are kept; asked again so, with parameters that are moved along their gradient to
    either side, it gives the loss there. The last call that gives the loss at hand counts. Who asks parts of the
    network by themselves, or `model.forward`, makes no call that can be seen: there, it is asked about the batch.
    `pairs` are [slope that the gradient claims, slope that was measured] since `begin_epoch`; none where no call gives
    the loss.
    """

    def __init__(self, model: nn.Module, members: dict[str, Any]) -> None:
        self._model, self._members = model, members
        self._device = next(model.parameters()).device
        self._calls: list[_Call] = []
        self._batch: _Call | None = None
        self._is_wanted = False
        self.pairs: list[list[float]] = []
        model.register_forward_pre_hook(self._note_call, with_kwargs=True)

    def __deepcopy__(self, _: Any) -> "StepSlopes":
        """Itself: a copy of the network, as of one who averages weights beside the training, has the hook, too."""
        return self

    def begin_epoch(self) -> None:
        self.pairs = []

    def begin_step(self, is_wanted: bool) -> None:
        """Whether a slope is to be measured in the step that begins."""
        self._is_wanted, self._calls, self._batch = is_wanted, [], None

    def note_batch(self, x: Any) -> None:
        """Called with the images of each batch that is handed out."""
        if self._is_wanted:
            self._batch = self._call((x,), {})

    def _note_call(self, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._is_wanted and model is self._model and torch.is_grad_enabled():
            self._calls = [*self._calls[1 - MAX_CALLS :], self._call(args, kwargs)]

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Call:
        kind = self._device.type
        mixed = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else None
        return _Call(args, kwargs, _State(self._model, self._members), mixed)

    def measure(
        self, loss: torch.Tensor, target: torch.Tensor, parts: Iterable[tuple[torch.Tensor, torch.Tensor | None]]
    ) -> None:
        """Measure the slope at this value of the loss function, along `parts`: parameters, and their gradients."""
        calls = [*reversed(self._calls), *([self._batch] if self._batch else [])]
        if not self._is_wanted or not calls:
            return
        self.begin_step(is_wanted=False)
        now = _State(self._model, self._members)
        ways = [(p, p.detach().clone(), gradient) for p, gradient in parts if gradient is not None]
        claimed, size = norm([gradient for _, _, gradient in ways]), norm([start for _, start, _ in ways])
        length = STEP * size / max(claimed, torch.finfo(torch.float32).tiny)
        value = float(loss.detach())
        room = max(SAME_LOSS, torch.finfo(loss.dtype).eps) * (1 + abs(value))
        try:
            call = next((call for call in calls if abs(self._loss(call, target) - value) <= room), None)
            if call is None:
                return
            losses = []
            for sign in (1, -1):
                for p, start, gradient in ways:
                    p.data.copy_(start + sign * length * gradient)
                losses.append(self._loss(call, target))
            self.pairs.append([claimed, (losses[0] - losses[1]) / (2 * STEP * max(size, 1e-30))])
        finally:
            for p, start, _ in ways:
                p.data.copy_(start)  # autograd does not see it: the student's own backward pass is still to come
            now.restore()

    def _loss(self, call: _Call, target: torch.Tensor) -> float:
        """The loss that the call gives now; NaN where it gives no logits, or those of other images than the target."""
        call.state.restore()
        # without autocast's cache: it would give the parameters as they were before they were moved
        mixed = torch.autocast(self._device.type, dtype=call.mixed, enabled=call.mixed is not None, cache_enabled=False)
        with torch.no_grad(), mixed:
            outputs = self._model(*call.args, **call.kwargs)
        if not isinstance(outputs, torch.Tensor) or outputs.ndim != 2 or len(outputs) != len(target):
            return math.nan
        if outputs.shape[1] <= int(target.max()):
            return math.nan
        wide = outputs if outputs.dtype == torch.float64 else outputs.float()
        return float(nn.functional.cross_entropy(wide, target))


class _State:
    """What a network changes when it is asked: its buffers, and the generators that it draws from."""

    def __init__(self, model: nn.Module, members: dict[str, Any]) -> None:
        self._randomness = Randomness(model, members)
        self._buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]

    def restore(self) -> None:
        self._randomness.reset()
        for buffer, value in self._buffers:
            buffer.data.copy_(value)
