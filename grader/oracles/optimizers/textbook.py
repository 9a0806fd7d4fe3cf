"""What the rules of `rules` give, with values for what was not read of an optimizer."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.oracles.training.harness.lbfgs_steps import REFUSALS

from .hyperparameters import Hyper, read
from .replay import Problem, Record
from .rules import RULES, Rule, State

# What is tried where it was not read.
_TRIED: dict[str, list[Any]] = {
    "eps": [1e-6, 1e-7, 1e-8, 1e-10],
    "alpha": [0.9, 0.99],
    "rho": [0.9, 0.95],
    "betas": [(0.9, 0.999), (0.9, 0.99)],
    "momentum": [0.0, 0.9, 0.5, 0.6, 0.7, 0.8, 0.95, 0.99],
}


@dataclass(frozen=True, slots=True)
class Form:
    """A rule, with values for what was not read of the optimizer `name`."""

    name: str
    rule: Rule
    trial: Hyper

    def hypers(self, problem: Problem, record: Record) -> list[Hyper] | None:
        """The hyper-parameters at each step; None where parameter groups differ."""
        groups = record["groups"][: problem["steps"]]
        if any(len(held) != 1 for held in groups):
            return None
        return [{**self.trial, **read(self.name, held[0]["hyper"])} for held in groups]

    def path(self, problem: Problem, record: Record) -> Any:
        """The path (steps + 1, n) through a problem; None where no learning rate was read, groups differ, or torch
        would refuse a number."""
        hypers = self.hypers(problem, record)
        if hypers is None or not all(isinstance(hyper.get("lr"), float | int) for hyper in hypers):
            return None
        path, state = [problem["start"]], State()
        try:
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                for gradient, hyper in zip(problem["gradients"][: problem["steps"]], hypers, strict=True):
                    path.append(path[-1] - self.rule(with_decay(gradient, path[-1], hyper), state, hyper))
        except REFUSALS:  # what torch refuses is nothing that a textbook has either
            return None
        return np.stack(path)


def forms(name: str, shown: Hyper) -> Iterator[Form]:
    """The forms of `name`, torch's own first, with values for what is not among the hyper-parameters `shown`."""
    for rule, needed in RULES.get(name, []):
        missing = [key for key in needed if key not in read(name, shown)]
        for values in itertools.product(*(_TRIED[key] for key in missing)):
            yield Form(name, rule, dict(zip(missing, values, strict=True)))


def with_decay(gradient: Any, point: Any, hyper: Hyper) -> Any:
    """The gradient with the weight decay in it; 0 where there is none."""
    return np.nan_to_num(gradient) + hyper.get("weight_decay", 0.0) * point
