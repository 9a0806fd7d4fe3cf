"""Hyper-parameters: what was read from a student's optimizer, under torch's names, and what is tried for the rest."""

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import torch

Hyper = dict[str, Any]

# The names under which torch reads a hyper-parameter, others in use for the same, and values to try when none was
# found.
_LEARNING_RATE = ("learning_rate", "step_size", "stepsize", "eta", "base_lr")
_BETAS = [(0.9, 0.999), (0.9, 0.99), (0.9, 0.95), (0.95, 0.999), (0.8, 0.999), (0.5, 0.999)]
_DECAYS = [0.99, 0.9, 0.95, 0.999]
_EPSILONS = [1e-8, 1e-7, 1e-6, 1e-10, 1e-5]
_WEIGHT_DECAYS = [0.0, 1e-4, 5e-4, 1e-3, 1e-2]
_TRIED: dict[str, dict[str, list[Any]]] = {
    "Adadelta": {"rho": [0.9, 0.95, 0.99], "eps": [1e-6, 1e-7, 1e-8, 1e-5]},
    "Adagrad": {"eps": [1e-10, 1e-8, 1e-7, 1e-6], "initial_accumulator_value": [0.0, 0.1], "lr_decay": [0.0, 0.01]},
    "Adam": {"weight_decay": _WEIGHT_DECAYS, "betas": _BETAS, "eps": _EPSILONS, "amsgrad": [False, True]},
    "RMSprop": {"alpha": _DECAYS, "eps": _EPSILONS, "momentum": [0.0, 0.9], "centered": [False, True]},
    "SGD": {"weight_decay": _WEIGHT_DECAYS, "momentum": [0.0, 0.9, 0.5, 0.8, 0.95, 0.99], "nesterov": [False, True]},
    "LBFGS": {
        "lr": [1.0, 0.1, 0.5, 0.8, 0.01],
        "max_iter": [20, 1, 4, 5, 10],
        "history_size": [100, 10, 5, 20],
        "line_search_fn": [None, "strong_wolfe"],
    },
}
ALIASES = {
    "lr": _LEARNING_RATE,
    "eps": ("epsilon",),
    "weight_decay": ("wd", "l2"),
    "alpha": ("rho", "decay_rate", "decay", "beta", "gamma", "smoothing"),
    "rho": ("decay_rate", "decay", "alpha", "gamma", "beta"),
    "momentum": ("mu",),
    "history_size": ("history", "memory", "m"),
    "max_iter": ("max_iters", "iterations"),
}
_BETA_NAMES = (("beta1", "beta2"), ("b1", "b2"), ("beta_1", "beta_2"))
# Read from a group, but no part of the algorithm's identity here: how it is computed, or Adam's switch to AdamW.
_IGNORED = {"foreach", "fused", "capturable", "differentiable", "decoupled_weight_decay", "initial_lr"}
_MAX_TRIALS = 300  # combinations of values for what was not read; about a millisecond each


def read(name: str, attributes: Hyper) -> Hyper:
    """What was found, under the names of torch's `name`: its own first, then the aliases in their order.

    A number where torch has a pair (or the other way) is something else of that name, and counts as not found.
    """
    torch_defaults = defaults(name)
    usable = {key: value for key, value in attributes.items() if _like(value, torch_defaults.get(key, 0.0))}
    got = {key: usable[key] for key in torch_defaults if key in usable}
    for key, aliases in ALIASES.items():
        if key in torch_defaults and key not in got:
            others = [usable[alias] for alias in aliases if alias in usable]
            got.update({key: others[0]} if others else {})
    if "betas" in torch_defaults and "betas" not in got:
        for first, second in _BETA_NAMES:
            if first in usable and second in usable:
                got["betas"] = (usable[first], usable[second])
    return got


def trials(name: str, first: Hyper, kind: str) -> Iterator[Hyper]:
    """Values for what was not read: nothing at first (torch's defaults), then the usual ones in combination.

    `first` is the first group's hyper-parameters as they were found, `kind` that of the first problem.
    """
    yield {}
    if name == "LBFGS" and kind == "gradients":
        return  # only a resemblance is asked for, and each trial is dear
    got = read(name, first)
    missing = {key: values for key, values in _TRIED.get(name, {}).items() if key not in got}
    combinations = itertools.product(*missing.values())
    yield from (dict(zip(missing, values, strict=True)) for values in itertools.islice(combinations, 1, _MAX_TRIALS))


@functools.cache  # asked for each group before and after each step
def defaults(name: str) -> Hyper:
    """The hyper-parameters that torch's class knows, with its defaults."""
    return dict(getattr(torch.optim, name)([torch.zeros(1, requires_grad=True)]).defaults)


def accepted(hyper: Hyper, torch_defaults: Hyper) -> Hyper:
    """Those that torch's class takes."""
    return {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in hyper.items()
        if key in torch_defaults and key not in _IGNORED
    }


def _like(value: Any, default: Any) -> bool:
    """Whether a value is of the default's form. Where torch has a number, None is none."""
    if value is None:
        return default is None
    if isinstance(default, tuple):
        return isinstance(value, list | tuple) and len(value) == len(default)
    return not isinstance(value, list | tuple)
