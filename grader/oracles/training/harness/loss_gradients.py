"""The gradient of the loss function alone, in a few steps that are drawn: what backward brings to the parameters may be
that of another loss, to which the loss function adds next to nothing."""

import random
from collections.abc import Sequence

import torch

from .backward_passes import REFUSED, gradients_by_backward
from .step_slopes import StepSlopes

# How many steps of an epoch, beside its first: while a network learns most, and afterwards.
LOOKS, LATER_LOOKS = 6, 2
EARLY_EPOCHS = 3


class LossGradients:
    """Computes the gradients of each value of the loss function with respect to the parameters in `named`, in steps
    that `seed` draws, and adds up those that a backward pass then goes through, with the factor that it brings.
    `parameters` are all of the network's.

    `gradients` are those of the present step, by name; None where it was not drawn, or torch could not compute them.
    `computing` is True while the hooks of parameters see gradients that no backward pass of the student's brings.
    """

    def __init__(
        self, named: dict[str, torch.Tensor], parameters: Sequence[torch.Tensor], slopes: StepSlopes, seed: int
    ) -> None:
        self._named = named
        self.slopes = slopes
        self._parameters = parameters
        self._random = random.Random(seed)
        self._drawn: set[int] = set()
        self._slope_steps: set[int] = set()
        self._step = self._epochs = 0
        self.computing = False
        self.gradients: dict[str, torch.Tensor] | None = None

    def begin_epoch(self, batches: int) -> None:
        """Draw the steps of an epoch of so many batches."""
        self._epochs += 1
        others = range(1, max(batches, 1))
        is_early = self._epochs <= EARLY_EPOCHS
        drawn = self._random.sample(others, min(LOOKS if is_early else LATER_LOOKS, len(others)))
        self._drawn = {0, *drawn}
        self._slope_steps = {0, *drawn[:1]} if is_early else set()  # later, gradients may be too small for it
        self.slopes.begin_epoch()
        self._step = -1
        self.begin_step()

    def begin_step(self) -> None:
        self._step += 1
        self.gradients = {} if self._step in self._drawn else None
        self.slopes.begin_step(is_wanted=self._step in self._slope_steps)

    def sees(self, loss: torch.Tensor, target: torch.Tensor) -> None:
        """Called with each value of the loss function that has a gradient, and the labels that it is about."""
        if self.gradients is None:
            return
        named = {name: p for name, p in self._named.items() if p.requires_grad}  # some may be frozen by now
        if not named:
            self.gradients = None
            return
        self.computing = True
        try:
            loss_gradients = self._gradients_of(loss, list(named.values()))
            if loss_gradients is not None:
                self.slopes.measure(loss, target, zip(named.values(), loss_gradients, strict=True))
        finally:
            self.computing = False
        if loss_gradients is None:
            self.gradients = None
            return
        gradient_by_name = {
            name: gradient for name, gradient in zip(named, loss_gradients, strict=True) if gradient is not None
        }
        loss.register_hook(lambda factor: self._add(gradient_by_name, factor))

    def _gradients_of(
        self, loss: torch.Tensor, parameters: Sequence[torch.Tensor]
    ) -> Sequence[torch.Tensor | None] | None:
        """The gradients, None of a parameter that the loss does not depend on; None in all where torch cannot go back
        through this graph and have it gone back through again."""
        try:
            return torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True)
        except REFUSED:
            pass
        try:
            return gradients_by_backward(loss, parameters, self._parameters)
        except REFUSED:
            return None

    def _add(self, gradient_by_name: dict[str, torch.Tensor], factor: torch.Tensor) -> None:
        if self.gradients is None:
            return
        for name, gradient in gradient_by_name.items():
            scaled = factor.detach() * gradient
            self.gradients[name] = self.gradients[name] + scaled if name in self.gradients else scaled
