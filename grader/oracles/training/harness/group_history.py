"""The parameter groups of an optimizer through a training: what they hold, and the steps at which they changed."""

from collections.abc import Sequence
from typing import Any

import torch

from .probing import groups_of


class GroupHistory:
    """Records an optimizer's groups before and after each step, where they differ from those last recorded.

    `before` and `after` are [[step, groups], ...] since `begin`, the groups as plain data.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, parameters: Sequence[torch.Tensor]) -> None:
        self._optimizer, self._parameters = optimizer, parameters
        self.begin()

    def begin(self) -> None:
        """Forget all changes so far."""
        self.before: list[Any] = []
        self.after: list[Any] = []
        self._glances: dict[int, Any] = {}

    def note(self, changes: list[Any], step: int) -> None:
        """Add the groups to `changes`, which is `before` or `after`. Mostly `_glance`, which is cheap, tells that they
        have not changed."""
        glance = _glance(self._optimizer)
        if glance is not None and glance == self._glances.get(id(changes)):
            return
        self._glances[id(changes)] = glance
        groups = groups_of(self._optimizer, self._parameters)
        if not changes or changes[-1][1] != groups:
            changes.append([step, groups])


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
