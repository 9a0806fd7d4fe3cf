"""The calls of the network in a step, so that it can be asked again as it was asked there, and left as it was."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from .randomness import Randomness

SAME_LOSS = 1e-4  # relative: a network that is asked again in the same way gives the same loss but for rounding
MAX_CALLS = 6  # before a loss, the last of which may give it: more than one where an accuracy is computed beside it


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the network: its arguments, and what the network draws from and changes, as it was before. `mixed` is
    the precision that torch.autocast chose, None outside of it."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    state: "_State"
    mixed: torch.dtype | None


class Calls:
    """Notes the calls of a network while gradients are computed, from `begin_step` to `end_step`.

    Who asks parts of the network by themselves, or `model.forward`, makes no call that can be seen: there, it is asked
    about the batch.
    """

    def __init__(self, model: nn.Module, members: dict[str, Any]) -> None:
        self._model, self._members = model, members
        self._device = next(model.parameters()).device
        self._calls: list[Call] = []
        self._batch: Call | None = None
        self._is_open = False
        model.register_forward_pre_hook(self._note_call, with_kwargs=True)

    def __deepcopy__(self, _: Any) -> "Calls":
        """Itself: a copy of the network, as of one who averages weights beside the training, has the hook, too."""
        return self

    def begin_step(self) -> None:
        self._is_open, self._calls, self._batch = True, [], None

    def end_step(self) -> None:
        self._is_open, self._calls, self._batch = False, [], None

    def note_batch(self, x: Any) -> None:
        """Called with the images of each batch that is handed out."""
        if self._is_open:
            self._batch = self._call((x,), {})

    def latest(self) -> list[Call]:
        """Those that may have given a loss that is computed now, the likeliest first."""
        return [*reversed(self._calls), *([self._batch] if self._batch else [])]

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """Leave the network as it was, whatever it is asked in here."""
        now = _State(self._model, self._members)
        try:
            yield
        finally:
            now.restore()

    def loss_again(self, call: Call, target: torch.Tensor, value: float) -> torch.Tensor | None:
        """The loss that this call gives now; None where it is not `value`."""
        loss = self._loss(call, target, call.mixed)
        if loss is None or not abs(float(loss.detach()) - value) <= _room(loss) * (1 + abs(value)):
            return None
        return loss

    def loss_nearby(self, call: Call, target: torch.Tensor) -> float:
        """The loss that a call which gave it before gives with parameters that have been moved, in full precision."""
        with torch.no_grad():
            loss = self._loss(call, target, None)
        return math.nan if loss is None else float(loss)

    def _loss(self, call: Call, target: torch.Tensor, mixed: torch.dtype | None) -> torch.Tensor | None:
        """The loss of what the call gives now; None where that is no logits, or of other images than the target."""
        call.state.restore()
        # without autocast's cache: it would give the parameters as they were before they were moved
        with torch.autocast(self._device.type, dtype=mixed, enabled=mixed is not None, cache_enabled=False):
            outputs = self._model(*call.args, **call.kwargs)
        if not isinstance(outputs, torch.Tensor) or outputs.ndim != 2 or len(outputs) != len(target):
            return None
        if outputs.shape[1] <= int(target.max()):
            return None
        return nn.functional.cross_entropy(outputs if outputs.dtype == torch.float64 else outputs.float(), target)

    def _note_call(self, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._is_open and model is self._model and torch.is_grad_enabled():
            self._calls = [*self._calls[1 - MAX_CALLS :], self._call(args, kwargs)]

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        kind = self._device.type
        mixed = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else None
        return Call(args, kwargs, _State(self._model, self._members), mixed)


def _room(loss: torch.Tensor) -> float:
    return max(SAME_LOSS, torch.finfo(loss.dtype).eps)


class _State:
    """What a network changes when it is asked: its buffers, the generators that it draws from, and the plain values
    that its modules keep, such as a number of calls, or whether they are in training mode."""

    def __init__(self, model: nn.Module, members: dict[str, Any]) -> None:
        self._randomness = Randomness(model, members)
        self._buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
        self._values = [
            (vars(module), {name: value for name, value in vars(module).items() if _is_plain(value)})
            for module in model.modules()
        ]

    def restore(self) -> None:
        self._randomness.reset()
        for buffer, value in self._buffers:
            buffer.data.copy_(value)
        for holder, values in self._values:
            holder.update(values)


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, str) or isinstance(value, torch.Tensor)
