"""Steps of L-BFGS behind those that are recorded as a whole (`evaluations`): some, which are drawn, are held against it
here, in the student's own process. What a step hangs on, all the steps before it, is too large to be reported.
"""

import itertools
import random
from collections import deque
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch

from .flat_parameters import FlatParameters
from .lbfgs_steps import SAME_DIRECTION, Evaluation, Step, as_clipped, asks_the_same, direction, sine

LOOKS = 3  # of an epoch's steps, on average
MAX_MEMORY = 30  # steps that an L-BFGS of one's own may remember; textbooks have 5 to 20
# What torch.optim.LBFGS shows, and what it keeps from step to step.
_HYPER = ("lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size", "line_search_fn")
_STATE = ("n_iter", "func_evals", "d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss", "al")


class LaterSteps:
    """Looks at steps of an optimizer that goes by the name of LBFGS; `seed` draws which."""

    def __init__(self, optimizer: torch.optim.Optimizer, seed: int) -> None:
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self._flat = FlatParameters({str(number): p for number, p in enumerate(parameters)}, seed)
        self._kind: _Kind = _Torchs(optimizer) if isinstance(optimizer, torch.optim.LBFGS) else _HandWritten()
        self._random = random.Random(seed)
        self._share = 0.0
        self._is_looked_at = False
        self._evaluations: list[Evaluation] = []
        self._are_same: list[bool] = []

    def begin_epoch(self, batches: int, is_judged: bool) -> None:
        """Of as many steps as there are batches, `LOOKS` are looked at; none where nobody asks for them."""
        self._share = LOOKS / max(batches, 1) if is_judged else 0.0

    def take(self) -> list[bool]:
        """Of each step that was looked at since this was last called, whether it was one of L-BFGS."""
        are_same, self._are_same = self._are_same, []
        return are_same

    def begin_step(self, is_recorded: bool) -> None:
        """A step begins; `is_recorded`: as a whole, and judged by that."""
        self._evaluations = []
        self._is_looked_at = self._random.random() < self._share and not is_recorded
        self._kind.begin_step(self._is_looked_at)

    def add(self, loss: Any) -> None:
        """Note an evaluation that has just been made."""
        point, gradient = _array(self._flat.values()), _array(self._flat.gradients(0.0))
        self._evaluations.append(
            {"point": point, "gradient": gradient, "loss": np.nan if loss is None else float(loss)}
        )

    def note_use(self) -> None:
        """Look at the gradient of the last evaluation, which has been used by now."""
        if self._evaluations and "used" not in self._evaluations[-1]:
            self._evaluations[-1]["used"] = _array(self._flat.gradients(0.0))

    def end_step(self) -> None:
        """A step has ended, and is judged if it is looked at; one that has diverged is not."""
        self.note_use()
        end = _array(self._flat.values())
        steps = [(items, end) for items in (self._evaluations, [as_clipped(item) for item in self._evaluations])]
        if self._is_looked_at and np.isfinite(end).all():
            self._are_same.append(bool(self._evaluations) and any(map(self._kind.is_same, steps)))
        self._kind.end_step(steps[0])


class _Kind(Protocol):
    """What is known of an optimizer from step to step, and whether a step goes on from there as L-BFGS does."""

    def begin_step(self, is_looked_at: bool) -> None: ...
    def is_same(self, step: Step) -> bool: ...
    def end_step(self, step: Step) -> None: ...


class _Torchs:
    """Torch's own, or a class derived from it: it does what torch's does from the state that the last step left."""

    def __init__(self, optimizer: torch.optim.LBFGS) -> None:
        self._optimizer = optimizer
        self._left = _fingerprint(self._state())
        self._before: dict[str, Any] | None = None
        self._hyper: dict[str, Any] = {}

    def begin_step(self, is_looked_at: bool) -> None:
        self._before = None
        if is_looked_at and _fingerprint(self._state()) == self._left:
            self._before = {key: _copied(value) for key, value in self._state().items()}
            self._hyper = self._hyper_now()

    def is_same(self, step: Step) -> bool:
        """With the hyper-parameters from before the step or, of a class that sets them itself, from within it."""
        hypers = (self._hyper, self._hyper_now())
        return self._before is not None and any(asks_the_same([step], [hyper], self._before) for hyper in hypers)

    def end_step(self, step: Step) -> None:
        self._left = _fingerprint(self._state())

    def _state(self) -> dict[str, Any]:
        held = self._optimizer.param_groups[0]["params"]
        state = self._optimizer.state.get(held[0], {}) if held else {}
        return {key: state[key] for key in _STATE if key in state}

    def _hyper_now(self) -> dict[str, Any]:
        group = self._optimizer.param_groups[0]
        return {key: group[key] for key in _HYPER if key in group}


class _Past(NamedTuple):
    """Of a step: its first gradient, by how much that changed until its last evaluation, and the way that it went."""

    gradient: Any
    change: Any
    way: Any


class _HandWritten:
    """An optimizer with a line search of its own, and one iteration a step: it goes where the two-loop recursion
    points, where changes of the gradient are taken within a step or from step to step."""

    def __init__(self) -> None:
        self._past: deque[_Past] = deque(maxlen=MAX_MEMORY)

    def begin_step(self, is_looked_at: bool) -> None:
        """Nothing: what it goes by are the steps that have ended."""

    def is_same(self, step: Step) -> bool:
        now, past = _past_of(step), list(self._past)
        ways, within = np.array([item.way for item in past]), np.array([item.change for item in past])
        between = np.diff([*(item.gradient for item in past), now.gradient], axis=0)
        return any(
            sine(now.way, direction(now.gradient, ways[-memory:], changes[-memory:], scaled)) <= SAME_DIRECTION
            for changes, scaled, memory in itertools.product((within, between), (True, False), range(1, len(past) + 1))
        )

    def end_step(self, step: Step) -> None:
        if step[0]:
            self._past.append(_past_of(step))


def _past_of(step: Step) -> _Past:
    evaluations, end = step
    first, last = evaluations[0]["gradient"].astype(np.float64), evaluations[-1]["gradient"].astype(np.float64)
    return _Past(first, last - first, end.astype(np.float64) - evaluations[0]["point"].astype(np.float64))


def _fingerprint(value: Any) -> Any:
    """Equal for a state of which nothing has been replaced or written since."""
    if isinstance(value, dict):
        return {key: _fingerprint(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fingerprint(item) for item in value]
    return (id(value), value._version) if isinstance(value, torch.Tensor) else value


def _copied(value: Any) -> Any:
    """A copy of what stands in a state, on the processor."""
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value.detach().cpu().clone() if isinstance(value, torch.Tensor) else value


def _array(vector: torch.Tensor) -> Any:
    return vector.cpu().numpy()
