"""Misconceptions as executable models: what somebody who holds one would answer.

A wrong answer is named only when a model of the misconception gives that answer, so a name is never a guess. Where two
models give the same, the first one counts: a list goes from the common to the rare.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Model = TypeVar("Model")  # an expression, a function of the inputs, a set of positions: whatever can be compared


@dataclass(frozen=True, slots=True)
class Misconception(Generic[Model]):
    """A stable id, a sentence or two that teach without giving the solution away, and the ways to hold it."""

    id: str
    sentence: str
    models: tuple[Model, ...]


def recognise_all(
    misconceptions: Iterable[Misconception[Model]], reproduces: Callable[[Model], bool]
) -> list[Misconception[Model]]:
    """The misconceptions with a model that `reproduces` the answer, in their order."""
    return [item for item in misconceptions if any(reproduces(model) for model in item.models)]


def recognise(
    misconceptions: Iterable[Misconception[Model]], reproduces: Callable[[Model], bool]
) -> Misconception[Model] | None:
    """The first misconception with a model that `reproduces` the answer; None where there is none."""
    return next((item for item in misconceptions if any(reproduces(model) for model in item.models)), None)
