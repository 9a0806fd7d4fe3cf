"""Watches an optimizer during a training: the parameters, gradients and parameter groups at each of its steps.

The hooks are torch's own (`Optimizer.register_step_pre_hook`, `register_step_post_hook`, `Tensor.register_hook`). They
delay no step and replace no object but the closure, which is wrapped. A few entries of each parameter are recorded at
every step; whether parameters change between two steps is checked on all entries, whether gradients are left uncleared
on those that have a hook (see `incoming_gradients`).
"""

from collections.abc import Callable
from typing import Any

import torch

from .calls import Calls
from .evaluations import Evaluations
from .flat_parameters import FlatParameters
from .group_history import GroupHistory
from .incoming_gradients import IncomingGradients, hooked
from .later_steps import LaterSteps
from .loss_gradients import LossGradients
from .slopes import norm


class Watch:
    """Watches one optimizer from when it is made. `report()` returns what happened since the last report.

    `named` are the network's parameters by name; `seed` draws the entries to record. Where a parameter has no gradient,
    NaN is recorded. `later`, if it is given, looks at steps whose evaluations are not recorded as a whole.
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        named: dict[str, torch.Tensor],
        calls: Calls,
        seed: int,
        later: LaterSteps | None,
    ) -> None:
        self._named = named
        self._flat = FlatParameters(named, seed)
        self._groups = GroupHistory(optimizer, self._flat.parameters)
        self._evaluations = Evaluations(self._flat)
        self._later = later
        names = hooked(named, seed)
        self.loss = LossGradients({name: named[name] for name in names}, self._flat.parameters, calls, seed)
        self._incoming = IncomingGradients(named, names, lambda: self.loss.computing)
        self._depth = 0
        self._last = self._flat.values()
        self._has_ended_a_step = False
        self._begin()
        optimizer.register_step_pre_hook(self._step_begins)
        optimizer.register_step_post_hook(self._step_ends)

    @property
    def ended_steps(self) -> int:
        """How many steps have ended since the last report."""
        return self._steps - (self._depth > 0)

    def begin_epoch(self, batches: int, is_judged: bool) -> None:
        """Forget a step of the last epoch that raised and so never ended; see `LossGradients.begin_epoch`."""
        self._depth = 0
        self.loss.begin_epoch(batches, is_judged)
        if self._later:
            self._later.begin_epoch(batches, is_judged)

    def report(self) -> dict[str, Any]:
        """What happened since the last report, as plain data.

        steps, closures: numbers of steps and of evaluations of closures. between, uncleared, with_gradient: names of
        parameters that changed between steps, whose gradients were left from before a backward pass, and that had a
        gradient at the first step. followed: how many entries of each parameter are recorded, k in total. start (k,),
        path (steps, k): the entries at first and after each step; gradients (steps, k): at each step; norms (steps,
        parameters): of whole gradients, 0 where there is none. before, after:
        [[step, groups], ...] for the steps at which the groups had changed. evaluations: see `Evaluations`; later: see
        `LaterSteps.take`. along,
        from_loss: see `IncomingGradients.cosine`, for each step [step, norm of its gradient, cosine with what backward
        passes brought], and for each that was looked at [step, norm of what they brought, cosine with what they brought
        from the loss function alone]. slopes, refusal: see `LossGradients`.
        """
        self._note_changes()
        data = {
            "steps": self._steps,
            "closures": self._closures,
            "between": sorted(self._between),
            "uncleared": sorted(self._incoming.uncleared),
            "with_gradient": sorted(self._with_gradient),
            "followed": self._flat.counts,
            "start": self._start.double().cpu().numpy(),
            "path": _rows(self._path),
            "gradients": _rows(self._gradients),
            "norms": _rows(self._norms),
            "before": self._groups.before,
            "after": self._groups.after,
            "evaluations": self._evaluations.take(),
            "later": self._later.take() if self._later else [],
            "along": self._along,
            "from_loss": self._from_loss,
            "slopes": self.loss.slopes,
            "refusal": self.loss.refusal,
        }
        self._begin()
        return data

    def _begin(self) -> None:
        self._steps = self._closures = 0
        self._between: set[str] = set()
        self._incoming.uncleared = set()
        self._with_gradient: set[str] = set()
        self._along: list[list[Any]] = []
        self._from_loss: list[list[Any]] = []
        self._path: list[torch.Tensor] = []
        self._gradients: list[torch.Tensor] = []
        self._norms: list[torch.Tensor] = []
        self._groups.begin()
        self._start = self._flat.values()[self._flat.followed]

    # --- torch's hooks ------------------------------------------------------------------------------------------------

    def _step_begins(self, _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._depth += 1
        if self._depth > 1:  # a class that calls its parent's step
            return None
        self._steps += 1
        self._note_changes()
        self._groups.note(self._groups.before, self._steps - 1)
        closure = args[1] if len(args) > 1 else kwargs.get("closure")
        self._seen_in_step = 0
        if self._later:
            self._later.begin_step(self._evaluations.is_open)
        if closure is None:
            self._sees_gradients()
            return None
        watched = self._watched(closure)
        if len(args) > 1:
            return (args[0], watched, *args[2:]), kwargs
        return args, {**kwargs, "closure": watched}

    def _step_ends(self, *_: Any) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._last = self._flat.values()
        self._path.append(self._last[self._flat.followed])
        self._evaluations.note_use()
        self._groups.note(self._groups.after, max(self._steps - 1, 0))
        self._evaluations.end_step(self._last)
        if self._later:
            self._later.end_step()
        self._has_ended_a_step = True
        self.loss.begin_step()

    # --- what is measured ---------------------------------------------------------------------------------------------

    def _watched(self, closure: Callable[[], Any]) -> Callable[[], Any]:
        def evaluate() -> Any:
            self._evaluations.note_use()
            if self._later:
                self._later.note_use()
            loss = closure()
            self._closures += 1
            self._seen_in_step += 1
            if self._seen_in_step == 1:
                self._sees_gradients()
            else:
                self._incoming.look_for_old()
            self._evaluations.add(loss)
            if self._later:
                self._later.add(loss)
            return loss

        return evaluate

    def _sees_gradients(self) -> None:
        self._along.append([self._steps - 1, self._incoming.size(), self._incoming.cosine(self._incoming.sums)])
        size = norm(list(self._incoming.sums.values()))
        loss_gradients = self.loss.gradients(size)
        if loss_gradients is not None:
            self._from_loss.append([self._steps - 1, size, self._incoming.cosine(loss_gradients)])
        self._incoming.look_for_old()
        if not self._has_ended_a_step:
            present = {name: p.grad for name, p in self._named.items() if p.grad is not None}
            self._with_gradient |= {name for name, gradient in present.items() if bool(gradient.any())}
        self._gradients.append(self._flat.gradients(torch.nan)[self._flat.followed])
        self._norms.append(self._flat.gradient_norms())

    def _note_changes(self) -> None:
        now = self._flat.values()
        self._between |= self._flat.names_of_changed(now, self._last)
        self._last = now


def _rows(tensors: list[torch.Tensor]) -> Any:
    rows = torch.stack(tensors).double().cpu() if tensors else torch.zeros(0, 0, dtype=torch.float64)
    return rows.numpy()
