"""Holds the gradients that a step goes by against those of the loss function alone, in steps that are drawn: what
backward brings to the parameters may be that of another loss, to which the loss function adds next to nothing, or that
of a backward pass that leads to weights from home.

The network is asked again once backward has brought its gradients, and before the step: nobody can know sooner which
steps are looked at, and be honest in these.
"""

import random
from collections.abc import Sequence
from typing import Any

import torch

from .backward_passes import REFUSED, gradients_by_backward
from .calls import Call, Calls
from .slopes import Ways, look

# How many steps of an epoch, beside its first: while a network learns most, and afterwards.
LOOKS, LATER_LOOKS = 6, 2
EARLY_EPOCHS = 3
LONGER = 2.0  # this many times as long as any gradient that was looked at, a step is looked at, too
MAX_LOSSES = 200  # of a step
LONGEST_REASON = 100


class _Loss:
    """A value of the loss function, the labels that it is about, the calls that may have given it, and the factor that
    backward passes brought to it."""

    def __init__(self, loss: torch.Tensor, target: torch.Tensor, calls: Sequence[Call]) -> None:
        self.value, self.target, self.calls = loss.detach(), target, calls
        self.factor: torch.Tensor | None = None
        loss.register_hook(self._goes_back)

    def _goes_back(self, factor: torch.Tensor) -> None:
        self.factor = factor.detach().clone() if self.factor is None else self.factor + factor.detach()


class LossGradients:
    """Computes the gradients of the loss function with respect to the parameters in `named`, in steps that `seed`
    draws, and measures slopes of the loss in some of them. `parameters` are all of the network's.

    `slopes` are those since `begin_epoch`: for each step that was measured, [step, norm of its gradient,
    `slopes.look`].
    `refusal` says why a network could not be asked again. `computing` is True while the hooks of parameters see
    gradients that no backward pass of the student's brings.
    """

    def __init__(
        self, named: dict[str, torch.Tensor], parameters: Sequence[torch.Tensor], calls: Calls, seed: int
    ) -> None:
        self._named, self._parameters = named, parameters
        self.calls = calls
        self._random, self._generator = random.Random(seed), torch.Generator().manual_seed(seed)
        self._drawn: set[int] = set()
        self._slope_steps: set[int] = set()
        self._losses: list[_Loss] = []
        self._step = self._epochs = 0
        self._longest = 0.0
        self._is_judged = self._is_open = False
        self.computing = False
        self.slopes: list[list[Any]] = []
        self.refusal = ""

    def begin_epoch(self, batches: int, is_judged: bool) -> None:
        """Draw the steps of an epoch of so many batches; none where nobody asks for them."""
        self._epochs += 1
        others = range(1, max(batches, 1))
        drawn = self._random.sample(others, min(LOOKS if self._epochs <= EARLY_EPOCHS else LATER_LOOKS, len(others)))
        self._drawn, self._slope_steps = {0, *drawn}, {0, *drawn[:1]}
        self._is_judged, self._longest, self.slopes = is_judged, 0.0, []
        self._step = -1
        self.begin_step()

    def begin_step(self) -> None:
        self._step += 1
        self._losses, self._is_open = [], self._is_judged
        if self._is_judged:
            self.calls.begin_step()

    def sees(self, loss: torch.Tensor, target: torch.Tensor) -> None:
        """Called with each value of the loss function that has a gradient, and the labels that it is about."""
        if self._is_open and len(self._losses) < MAX_LOSSES:
            self._losses.append(_Loss(loss, target, self.calls.latest()))

    def gradients(self, size: float) -> dict[str, torch.Tensor] | None:
        """What backward passes brought from the loss function alone in the step that is about to be made, by name; None
        where it is not looked at, or nothing gives the loss again. `size` is the norm of all that they brought."""
        losses, is_long = self._losses, not size <= LONGER * self._longest
        self._losses, is_judged, self._is_open = [], self._is_open, False
        self.calls.end_step()
        if not (is_judged and (is_long or self._step in self._drawn)):
            return None
        self._longest = max(self._longest, size)
        named = {name: p for name, p in self._named.items() if p.requires_grad}  # some may be frozen by now
        if not named:
            return None
        self.computing = True
        try:
            with self.calls.put_back(), torch.enable_grad():
                is_measured = is_long or self._step in self._slope_steps
                return self._sum(named, losses, size, is_measured)
        except Exception as error:  # noqa: BLE001 - the network is the student's: it may raise anything
            self.refusal = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
            return None
        finally:
            self.computing = False

    def _sum(
        self, named: dict[str, torch.Tensor], losses: Sequence[_Loss], size: float, is_measured: bool
    ) -> dict[str, torch.Tensor] | None:
        sums: dict[str, torch.Tensor] = {}
        for loss in losses:
            if loss.factor is None:  # nobody went back through it
                continue
            call, gradients = self._gradients_of(loss, list(named.values()))
            if call is None:
                return None
            by_name = {name: g for name, g in zip(named, gradients, strict=True) if g is not None}
            if by_name and is_measured:
                ways = [(named[name], gradient) for name, gradient in by_name.items()]
                self.slopes.append([self._step, size, self._look(call, loss, ways)])
                is_measured = False
            for name, gradient in by_name.items():
                scaled = loss.factor * gradient
                sums[name] = sums[name] + scaled if name in sums else scaled
        return sums

    def _look(self, call: Call, loss: _Loss, ways: Ways) -> list[list[float]]:
        return look(lambda: self.calls.loss_nearby(call, loss.target), ways, self._generator)

    def _gradients_of(
        self, loss: _Loss, parameters: Sequence[torch.Tensor]
    ) -> tuple[Call | None, Sequence[torch.Tensor | None]]:
        """The call that gives this loss, and the gradients, None of a parameter that the loss does not depend on."""
        value = float(loss.value)
        for call in loss.calls:
            again = self.calls.loss_again(call, loss.target, value)
            if again is None:
                continue
            try:
                return call, torch.autograd.grad(again, parameters, allow_unused=True)
            except REFUSED:
                again = self.calls.loss_again(call, loss.target, value)
            if again is not None:
                return call, gradients_by_backward(again, parameters, self._parameters)
        return None, ()
