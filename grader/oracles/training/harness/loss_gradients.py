"""The gradient of the loss function alone, in a few steps that are drawn: what backward brings to the parameters may be
that of another loss, to which the loss function adds next to nothing."""

import random

import torch

# How many steps of an epoch, beside its first: while a network learns most, and afterwards.
LOOKS, LATER_LOOKS = 6, 2
EARLY_EPOCHS = 3
_UNCOMPARABLE = RuntimeError  # as torch raises it for a graph that cannot be gone back through twice


class LossGradients:
    """Computes the gradients of each value of the loss function with respect to the parameters in `named`, in steps
    that `seed` draws, and adds up those that a backward pass then goes through, with the factor that it brings.

    `gradients` are those of the present step, by name; None where it was not drawn, or torch could not compute them.
    `computing` is True while the hooks of parameters see gradients that no backward pass of the student's brings.
    """

    def __init__(self, named: dict[str, torch.Tensor], seed: int) -> None:
        self._named = named
        self._random = random.Random(seed)
        self._drawn: set[int] = set()
        self._step = self._epochs = 0
        self.computing = False
        self.gradients: dict[str, torch.Tensor] | None = None

    def begin_epoch(self, batches: int) -> None:
        """Draw the steps of an epoch of so many batches."""
        self._epochs += 1
        others = range(1, max(batches, 1))
        looks = LOOKS if self._epochs <= EARLY_EPOCHS else LATER_LOOKS
        self._drawn = {0, *self._random.sample(others, min(looks, len(others)))}
        self._step = -1
        self.begin_step()

    def begin_step(self) -> None:
        self._step += 1
        self.gradients = {} if self._step in self._drawn else None

    def sees(self, loss: torch.Tensor) -> None:
        """Called with each value of the loss function that has a gradient."""
        if self.gradients is None:
            return
        named = {name: p for name, p in self._named.items() if p.requires_grad}  # some may be frozen by now
        if not named:
            self.gradients = None
            return
        self.computing = True
        try:
            loss_gradients = torch.autograd.grad(loss, list(named.values()), retain_graph=True, allow_unused=True)
        except _UNCOMPARABLE:
            self.gradients = None
            return
        finally:
            self.computing = False
        gradient_by_name = {
            name: gradient for name, gradient in zip(named, loss_gradients, strict=True) if gradient is not None
        }
        loss.register_hook(lambda factor: self._add(gradient_by_name, factor))

    def _add(self, gradient_by_name: dict[str, torch.Tensor], factor: torch.Tensor) -> None:
        if self.gradients is None:
            return
        for name, gradient in gradient_by_name.items():
            scaled = factor.detach() * gradient
            self.gradients[name] = self.gradients[name] + scaled if name in self.gradients else scaled
