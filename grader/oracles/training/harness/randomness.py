"""The random numbers that a network draws, so that it can be asked again with the same ones."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn


class Randomness:
    """All that a network may draw random numbers from: torch's and numpy's own generators, and those that its modules
    keep, or the student's file, whose names `members` has."""

    def __init__(self, model: nn.Module, members: dict[str, Any]) -> None:
        holders = [members, *(vars(module) for module in model.modules())]
        self._resets = list(_resets(value for holder in holders for value in holder.values()))
        self._torch, self._numpy = torch.get_rng_state(), np.random.get_state()
        self._gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None

    def reset(self) -> None:
        """Set all of them to the state that they had when this was made."""
        torch.set_rng_state(self._torch)
        np.random.set_state(self._numpy)
        if self._gpus is not None:
            torch.cuda.set_rng_state_all(self._gpus)
        for reset in self._resets:
            reset()


def _resets(values: Iterable[Any]) -> Iterator[Callable[[], object]]:
    """For each generator among the values, a function that sets it back to the state that it has now."""
    for value in values:
        match value:
            case torch.Generator():
                yield partial(value.set_state, value.get_state())
            case np.random.RandomState():
                yield partial(value.set_state, value.get_state())
            case np.random.Generator():
                yield partial(setattr, value.bit_generator, "state", value.bit_generator.state)
