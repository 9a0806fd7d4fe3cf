"""Torch's own functions, by which a training is measured: whoever puts others in their places is measured by these."""

import sys
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from .answers import recall

_HOMES: dict[str, Any] = {
    "torch": torch,
    "torch.Tensor": torch.Tensor,
    "torch.autograd": torch.autograd,
    "torch.nn.functional": nn.functional,
    "torch._C._nn": torch._C._nn,
    "torch.nn.Module": nn.Module,
    "torch.nn.CrossEntropyLoss": nn.CrossEntropyLoss,
    "torch.optim.Optimizer": torch.optim.Optimizer,
    "torch.optim.Adam": torch.optim.Adam,
    "torch.optim.LBFGS": torch.optim.LBFGS,
    "torch.optim.lbfgs": sys.modules[torch.optim.LBFGS.__module__],
}

_OF_A_SETTING = "Storage"  # torch.set_default_dtype puts another in its place

# What every value of the loss function goes through: who replaces these in a step and puts them back behind it is seen.
_IN_A_STEP = (
    ("torch.nn.functional", "cross_entropy"),
    ("torch._C._nn", "cross_entropy_loss"),
    ("torch.nn.CrossEntropyLoss", "forward"),
    ("torch.autograd", "grad"),
    ("torch.autograd", "backward"),
)


def originals() -> dict[str, dict[str, Any]]:
    """What is callable in torch, by the name of its home, as long as nothing of the student's has been imported."""
    return {
        home: {name: value for name, value in vars(here).items() if callable(value) and name != _OF_A_SETTING}
        for home, here in _HOMES.items()
    }


def replaced() -> set[str]:
    """The names of those that are no longer what they were when the worker was prepared."""
    originals_by_home = recall("originals")
    changed = [
        home for home, functions in originals_by_home.items() if not functions.items() <= vars(_HOMES[home]).items()
    ]
    return _changed((home, name) for home in changed for name in originals_by_home[home])


def replaced_in_a_step() -> set[str]:
    """The same of the few that a loss goes through."""
    return _changed(_IN_A_STEP)


def _changed(places: Iterable[tuple[str, str]]) -> set[str]:
    originals_by_home = recall("originals")
    return {
        f"{home}.{name}"
        for home, name in places
        if vars(_HOMES[home]).get(name) is not originals_by_home[home].get(name)
    }
