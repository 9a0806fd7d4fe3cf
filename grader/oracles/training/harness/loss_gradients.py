"""The gradient of the loss function alone, in a few steps that are drawn: what backward brings to the parameters may be
that of another loss, to which the loss function adds next to nothing."""

import random
from collections.abc import Sequence

import torch

# How many steps of an epoch, beside its first: while a network learns most, and afterwards.
LOOKS, LATER_LOOKS = 6, 2
EARLY_EPOCHS = 3
_REFUSED = RuntimeError  # as torch raises it for a graph that it cannot go back through in this way


class LossGradients:
    """Computes the gradients of each value of the loss function with respect to the parameters in `named`, in steps
    that `seed` draws, and adds up those that a backward pass then goes through, with the factor that it brings.
    `parameters` are all of the network's.

    `gradients` are those of the present step, by name; None where it was not drawn, or torch could not compute them.
    `computing` is True while the hooks of parameters see gradients that no backward pass of the student's brings.
    """

    def __init__(self, named: dict[str, torch.Tensor], parameters: Sequence[torch.Tensor], seed: int) -> None:
        self._named = named
        self._parameters = parameters
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
            loss_gradients = self._gradients_of(loss, list(named.values()))
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
        except _REFUSED:
            pass
        try:
            return gradients_by_backward(loss, parameters, self._parameters)
        except _REFUSED:
            return None

    def _add(self, gradient_by_name: dict[str, torch.Tensor], factor: torch.Tensor) -> None:
        if self.gradients is None:
            return
        for name, gradient in gradient_by_name.items():
            scaled = factor.detach() * gradient
            self.gradients[name] = self.gradients[name] + scaled if name in self.gradients else scaled


def gradients_by_backward(
    loss: torch.Tensor, parameters: Sequence[torch.Tensor], others: Sequence[torch.Tensor]
) -> list[torch.Tensor | None]:
    """The gradients with respect to `parameters`, by a backward pass that leaves the graph as it is.

    Some graphs allow no other way: reentrant checkpointing goes backward through a part of its own (torch.utils.
    checkpoint, `use_reentrant=True`). Such a pass adds to `.grad` of whatever the loss depends on: that of `others` and
    of what the graph shows is put back. Raises RuntimeError where torch refuses, or a hook that waits for the pass
    would do more than compute.
    """
    leaves = {id(leaf): leaf for leaf in (*parameters, *others, *_leaves(loss))}.values()
    if any(getattr(leaf, "_post_accumulate_grad_hooks", None) for leaf in leaves):
        raise _REFUSED("a hook steps during the backward pass")
    before = [(leaf, leaf.grad) for leaf in leaves]
    try:
        for leaf in leaves:
            leaf.grad = None
        torch.autograd.backward(loss, retain_graph=True)
        return [parameter.grad for parameter in parameters]
    finally:
        for leaf, gradient in before:
            leaf.grad = gradient


def _leaves(loss: torch.Tensor) -> list[torch.Tensor]:
    """The tensors in whose `.grad` a backward pass ends, as far as the graph shows them."""
    nodes, visits, leaves = [loss.grad_fn], set(), []
    while nodes:
        node = nodes.pop()
        if node is None or node in visits:
            continue
        visits.add(node)
        if hasattr(node, "variable"):
            leaves.append(node.variable)
        nodes += [following for following, _ in node.next_functions]
    return leaves
