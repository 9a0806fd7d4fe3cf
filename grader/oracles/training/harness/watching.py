"""Watches an optimizer during a training: the parameters, gradients and parameter groups at each of its steps.

The hooks are torch's own (`Optimizer.register_step_pre_hook`, `register_step_post_hook`, `Tensor.register_hook`). They
delay no step and replace no object but the closure, which is wrapped. A few entries of each parameter are recorded at
every step; whether parameters change between two steps is checked on all entries, whether gradients are left uncleared
on those of the parameters in `_hooked`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from .loss_gradients import LossGradients
from .probing import groups_of
from .step_slopes import StepSlopes

FOLLOWED = 64  # entries that are recorded at each step, of all parameters together; at least two of each tensor
MIN_OF_EACH = 2
# Of an optimizer that calls a closure, each evaluation in the first steps is recorded as a whole: all parameters, all
# gradients and the loss, up to so many numbers.
MAX_RECORDED = 600_000
RECORDED_STEPS = 10  # with a line search; on the whole training set at once, all of them


class Watch:
    """Watches one optimizer from when it is made. `report()` returns what happened since the last report.

    `named` are the network's parameters by name; `seed` draws the entries to record. Where a parameter has no gradient,
    NaN is recorded.
    """

    def __init__(
        self, optimizer: torch.optim.Optimizer, named: dict[str, torch.Tensor], slopes: StepSlopes, seed: int
    ) -> None:
        self._optimizer = optimizer
        self._named = named
        self._parameters = list(named.values())
        self._sizes = [p.numel() for p in self._parameters]
        self._places = _places(self._parameters, seed)
        self._followed = _in_all(self._places, self._sizes)
        self._depth = 0
        self._last = self._values()
        self._evaluations: list[dict[str, Any]] = []
        self._recorded = 0
        self._ended_steps = 0
        self._incoming: dict[str, torch.Tensor] = {}
        self._before: dict[str, torch.Tensor | None] = {}
        self._begin()
        optimizer.register_step_pre_hook(self._step_begins)
        optimizer.register_step_post_hook(self._step_ends)
        self._hooked = _hooked(named, seed)
        for name in self._hooked:
            named[name].register_hook(partial(self._arrives, name))
        self.loss = LossGradients({name: named[name] for name in self._hooked}, self._parameters, slopes, seed)

    def begin_epoch(self, batches: int) -> None:
        """Forget a step of the last epoch that raised and so never ended; draw the steps of an epoch of so many
        batches."""
        self._depth = 0
        self.loss.begin_epoch(batches)

    def report(self) -> dict[str, Any]:
        """What happened since the last report, as plain data.

        steps, closures: numbers of steps and of evaluations of closures. between, uncleared, with_gradient: names of
        parameters that changed between steps, whose gradients were left from before a backward pass, and that had a
        gradient at the first step. followed: how many entries of each parameter are recorded, k in total. start (k,),
        path (steps, k): the entries at first and after each step; gradients (steps, k): at each step. before, after:
        [[step, groups], ...] for the steps at which the groups had changed. evaluations: see `_record`. along,
        from_loss: see `_cosine`, one for each step with what backward passes brought, and one for each step that was
        drawn with what they would have brought from the loss function alone. slopes: see `StepSlopes`.
        """
        self._changed_between()
        data = {
            "steps": self._steps,
            "closures": self._closures,
            "between": sorted(self._between),
            "uncleared": sorted(self._uncleared),
            "with_gradient": sorted(self._with_gradient),
            "followed": [len(places) for places in self._places],
            "start": self._start.double().cpu().numpy(),
            "path": _rows(self._path),
            "gradients": _rows(self._gradients),
            "before": self._groups["before"],
            "after": self._groups["after"],
            "evaluations": self._evaluations,
            "along": self._along,
            "from_loss": self._from_loss,
            "slopes": self.loss.slopes.pairs,
        }
        self._evaluations = []
        self._begin()
        return data

    def _begin(self) -> None:
        self._steps = self._closures = 0
        self._between: set[str] = set()
        self._uncleared: set[str] = set()
        self._with_gradient: set[str] = set()
        self._along: list[float] = []
        self._from_loss: list[float] = []
        self._path: list[torch.Tensor] = []
        self._gradients: list[torch.Tensor] = []
        self._groups: dict[str, list[Any]] = {"before": [], "after": []}
        self._glances: dict[str, Any] = {}
        self._start = self._values()[self._followed]

    # --- torch's hooks ------------------------------------------------------------------------------------------------

    def _step_begins(self, _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._depth += 1
        if self._depth > 1:  # a class that calls its parent's step
            return None
        self._steps += 1
        self._changed_between()
        self._note("before")
        closure = args[1] if len(args) > 1 else kwargs.get("closure")
        if closure is None:
            self._sees_gradients()
            return None
        self._seen_in_step = 0
        watched = self._watched(closure)
        if len(args) > 1:
            return (args[0], watched, *args[2:]), kwargs
        return args, {**kwargs, "closure": watched}

    def _step_ends(self, *_: Any) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._last = self._values()
        self._path.append(self._last[self._followed])
        self._note("after")
        if self._recording() and self._closures:
            self._evaluations.append({"end": self._last.float().cpu().numpy()})
        self._ended_steps += 1
        self.loss.begin_step()

    def _arrives(self, name: str, gradient: torch.Tensor) -> None:
        """Add up what the backward passes of a step bring to a parameter, and note its `.grad` from before them."""
        if self.loss.computing:
            return
        if name in self._incoming:
            self._incoming[name] += gradient.detach()
            return
        before = self._named[name].grad
        self._before[name] = None if before is None else before.detach().clone()
        self._incoming[name] = gradient.detach().clone()  # a copy: torch may reuse the tensor as `.grad`

    # --- what is measured ---------------------------------------------------------------------------------------------

    def _watched(self, closure: Callable[[], Any]) -> Callable[[], Any]:
        def evaluate() -> Any:
            loss = closure()
            self._closures += 1
            self._seen_in_step += 1
            if self._seen_in_step == 1:
                self._sees_gradients()
            else:
                self._look_for_old_gradients()
            if self._recording():
                self._record(loss)
            return loss

        return evaluate

    def _sees_gradients(self) -> None:
        self._along.append(self._cosine(self._incoming))
        if self.loss.gradients is not None:
            self._from_loss.append(self._cosine(self.loss.gradients))
            self.loss.gradients = None
        self._look_for_old_gradients()
        if self._ended_steps == 0:
            present = {name: p.grad for name, p in self._named.items() if p.grad is not None}
            self._with_gradient |= {name for name, gradient in present.items() if bool(gradient.any())}
        self._gradients.append(self._slopes(torch.nan)[self._followed])

    def _cosine(self, passes: dict[str, torch.Tensor]) -> float:
        """The cosine between the gradients at the step and what they should be: those from before the backward passes
        plus what these brought, `passes`. A parameter whose gradient was set to 0 stands still and does not count. 0
        where the passes brought nothing, or no hooked parameter has a gradient."""
        pairs = [
            (now.detach(), self._came(name, now, passes))
            for name, now in ((name, self._named[name].grad) for name in self._hooked)
            if now is not None
        ]
        if all(torch.equal(now, came) for now, came in pairs):  # as a rule
            return 1.0 if any(bool(now.any()) for now, _ in pairs) else 0.0
        pairs = [(now, came) for now, came in pairs if bool(now.any())]
        if not pairs:
            return 0.0
        here, brought = (torch.cat([tensor.reshape(-1) for tensor in side]) for side in zip(*pairs, strict=True))
        return _cosine_of(here, brought)

    def _came(self, name: str, now: torch.Tensor, passes: dict[str, torch.Tensor]) -> torch.Tensor:
        incoming, old = passes.get(name), self._before.get(name)
        if incoming is None:
            return torch.zeros_like(now)
        return incoming if old is None else incoming + old

    def _look_for_old_gradients(self) -> None:
        """Note the parameters whose gradient is the sum of the one from before and what backward passes brought: it has
        not been cleared in between."""
        for name, incoming in self._incoming.items():
            old, now = self._before[name], self._named[name].grad
            if old is None or now is None or not bool(old.any()):
                continue
            scale = 1e-4 * float(now.abs().max())
            if float((now - old - incoming).abs().max()) <= scale < float(old.abs().max()):
                self._uncleared.add(name)
        self._incoming.clear()

    def _changed_between(self) -> None:
        now = self._values()
        if torch.equal(now, self._last):
            return
        parts = zip(self._named, now.split(self._sizes), self._last.split(self._sizes), strict=True)
        self._between |= {name for name, new, old in parts if not _same(new, old)}
        self._last = now

    def _recording(self) -> bool:
        return self._ended_steps < RECORDED_STEPS and self._recorded < MAX_RECORDED

    def _record(self, loss: Any) -> None:
        flat = [values.float().cpu() for values in (self._values(), self._slopes(0.0))]
        self._recorded += 2 * flat[0].numel()
        self._evaluations.append(
            {"point": flat[0].numpy(), "gradient": flat[1].numpy(), "loss": float(loss) if loss is not None else None}
        )

    def _note(self, when: str) -> None:
        """Record the parameter groups if they differ from those last recorded. Mostly `_glance`, which is cheap, tells
        that they do not."""
        changes, glance = self._groups[when], _glance(self._optimizer)
        if glance is not None and glance == self._glances.get(when):
            return
        self._glances[when] = glance
        groups = groups_of(self._optimizer, self._parameters)
        if not changes or changes[-1][1] != groups:
            changes.append([max(self._steps - 1, 0), groups])

    def _values(self) -> torch.Tensor:
        """A copy of all parameters, (n,)."""
        return torch.cat([p.detach().reshape(-1) for p in self._parameters])

    def _slopes(self, missing: float) -> torch.Tensor:
        """A copy of all gradients, (n,), with `missing` where a parameter has none."""
        return torch.cat(
            [
                torch.full_like(p, missing).reshape(-1) if p.grad is None else p.grad.detach().reshape(-1)
                for p in self._parameters
            ]
        )


def _same(new: torch.Tensor, old: torch.Tensor) -> bool:
    """Whether no entry has changed; one that has diverged to NaN and stays there has not."""
    return torch.equal(new, old) or bool(((new == old) | (new.isnan() & old.isnan())).all())


def _cosine_of(first: torch.Tensor, second: torch.Tensor) -> float:
    """The cosine between two vectors, 0 where one of them is 0.

    Each is scaled first, since the squares of what diverges, or has converged, leave the range of float32.
    """
    if not (bool(first.any()) and bool(second.any())):
        return 0.0
    first, second = (vector / vector.abs().max() for vector in (first, second))
    return float(torch.cosine_similarity(first, second, dim=0))


def _glance(optimizer: torch.optim.Optimizer) -> list[Any] | None:
    """A summary of the groups that is equal as long as they do not change; None where they hold anything but plain
    values, which may change in place."""
    groups = [
        (tuple(map(id, group["params"])), [item for item in group.items() if item[0] != "params"])
        for group in optimizer.param_groups
    ]
    return groups if all(_is_plain(value) for _, items in groups for _, value in items) else None


def _is_plain(value: Any) -> bool:
    return (
        value is None or type(value) in (bool, int, float, str) or (type(value) is tuple and all(map(_is_plain, value)))
    )


def _hooked(named: dict[str, torch.Tensor], seed: int) -> list[str]:
    """The parameters that get a gradient hook: those of the last layer, whose gradients pass through no other, and two
    that are drawn, so that a student cannot know them."""
    learning = [name for name, p in named.items() if p.requires_grad]
    order = torch.randperm(len(learning), generator=torch.Generator().manual_seed(seed)).tolist()
    return list(dict.fromkeys([*learning[-MIN_OF_EACH:], *(learning[place] for place in order[:MIN_OF_EACH])]))


def _places(parameters: list[torch.Tensor], seed: int) -> list[torch.Tensor]:
    """The indices of the entries that are recorded, for each parameter."""
    generator = torch.Generator().manual_seed(seed)
    each = max(FOLLOWED // max(len(parameters), 1), MIN_OF_EACH)
    return [torch.randperm(p.numel(), generator=generator)[:each].to(p.device) for p in parameters]


def _in_all(places: list[torch.Tensor], sizes: list[int]) -> torch.Tensor:
    """The same indices, into the concatenation of all parameters."""
    return torch.cat([indices + sum(sizes[:number]) for number, indices in enumerate(places)])


def _rows(tensors: list[torch.Tensor]) -> Any:
    rows = torch.stack(tensors).double().cpu() if tensors else torch.zeros(0, 0, dtype=torch.float64)
    return rows.numpy()
