"""How the student's loop works, seen on four batches: does it step, from which gradients, and with a closure?"""

import types
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from . import student_module as student
from .answers import answering, forget_run, kept
from .batches import Batches, pieces
from .probing import takes_closure

_BATCHES = 4  # the poison goes in at the second; one whole step later it must be gone
_IMAGES = 16  # of each batch: how a loop works shows with few
_EVALUATES_AGAIN = ("LBFGS",)  # whose step calls a closure several times; the others call it once
_POISON = 1e6  # far above any gradient of a loss near log(10)


@answering
def inspect_training(name: str) -> dict[str, Any]:
    """Watches `train_epoch` on four batches with the optimizer's step held still.

    Large numbers are slipped into the gradients at the second batch. Wherever a loop clears its gradients, before the
    forward pass or after the step, they are gone at the last step; if not, gradients are never cleared.
    """
    model = kept("model")
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimizer = student.optimizer(name, (p for p in parameters.values()))
    watch = _Watch(parameters, takes_closure(optimizer.step) == "must", name in _EVALUATES_AGAIN)
    try:
        optimizer.step = types.MethodType(watch.step, optimizer)
    except AttributeError:  # a class with __slots__: it is then not watched
        return {"watched": False}
    before = [p.detach().clone() for p in parameters.values()]
    model.train()
    few = [(x[:_IMAGES], y[:_IMAGES]) for x, y in pieces(0)[:_BATCHES]]
    batches = Batches(few, before_second=watch.poison)
    student.function("train_epoch")(model, optimizer, batches, nn.CrossEntropyLoss())
    moved = any(not torch.equal(p, q) for p, q in zip(parameters.values(), before, strict=True))
    forget_run()  # batch statistics have moved, and a poisoned gradient may be left
    return {
        "watched": True,
        "steps": watch.steps,
        "poisoned": watch.poisoned,
        "closure_missing": watch.closure_missing,
        "with_gradient": watch.with_gradient,
        "moved": moved,
    }


class _Watch:
    """Stands in for an optimizer's step: moves nothing and looks at the gradients it is given."""

    def __init__(self, parameters: dict[str, torch.Tensor], wants_closure: bool, again: bool) -> None:
        self.parameters = parameters
        self.wants_closure = wants_closure
        self.again = again
        self.steps = 0
        self.poisoned: list[str] = []
        self.closure_missing = False
        self.with_gradient: list[str] = []

    def poison(self) -> None:
        """Into what gradients there are: where there is none, it has been cleared, or nothing depends on it."""
        for p in self.parameters.values():
            p.grad = None if p.grad is None else p.grad + _POISON

    def step(self, _: Any, closure: Callable[[], Any] | None = None) -> Any:
        self.steps += 1
        loss = None
        if closure is None:
            self.closure_missing = self.wants_closure
            self._look_first()
        else:
            with torch.enable_grad():
                loss = closure()
                self._look_first()
                if self.again:  # it must not find what was there before
                    self.poison()
                    loss = closure()
        self.poisoned = [name for name, g in self._gradients().items() if bool((g.abs() > _POISON / 2).any())]
        return loss

    def _look_first(self) -> None:
        """Which parameters have a gradient at the first step: later ones may hold poison."""
        if self.steps == 1:
            self.with_gradient = [name for name, g in self._gradients().items() if bool(g.any())]

    def _gradients(self) -> dict[str, torch.Tensor]:
        return {name: p.grad for name, p in self.parameters.items() if p.grad is not None}
