"""Misconceptions as executable models: what somebody who holds one would answer.

A wrong answer is named only when a model of the misconception gives that answer, so a name is never a guess. Where two
models give the same, the first one counts: a list goes from the common to the rare.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Model = TypeVar("Model")  # an expression, a function of the inputs, a set of positions: whatever can be compared


@dataclass(frozen=True, slots=True)
class Misconception(Generic[Model]):
    """A stable id, a sentence or two that teach without giving the solution away, and the ways to hold it."""

    id: str
    sentence: str
    models: tuple[Model, ...]


def recognise_all(
    misconceptions: Iterable[Misconception[Model]], reproduces: Callable[[Model], bool]
) -> Iterator[Misconception[Model]]:
    """The misconceptions with a model that `reproduces` the answer, in their order, each looked for when it is asked
    for."""
    return (item for item in misconceptions if any(reproduces(model) for model in item.models))


def recognise(
    misconceptions: Iterable[Misconception[Model]], reproduces: Callable[[Model], bool]
) -> Misconception[Model] | None:
    """The first misconception with a model that `reproduces` the answer; None where there is none."""
    return next(recognise_all(misconceptions, reproduces), None)


class NoAnswerError(Exception):
    """A model gives nothing for anything that is asked: it raises, as somebody's code might; the message says why."""


@dataclass(frozen=True, slots=True)
class Rehearsal(Generic[Model]):
    """A question's misconceptions before anybody holds one: what each of their models would answer to it.

    answer: everything that a model gives; None where that depends on what a student answers. Raises NoAnswerError, and
    whatever a model raises that is a mistake in it. is_right: whether such an answer gets full marks. same: whether two
    answers are told apart by nothing that is asked.
    """

    misconceptions: Sequence[Misconception[Model]]
    answer: Callable[[Model], Any]
    is_right: Callable[[Any], bool]
    same: Callable[[Any, Any], bool]


Listener = Callable[[Rehearsal[Any]], None]
_listeners: list[Listener] = []  # none in a grading: who examines an assignment listens


@contextmanager
def rehearsing(listener: Listener) -> Iterator[None]:
    """Hand `listener` a rehearsal of every question that is asked meanwhile."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def rehearse(rehearsal: Callable[[], Rehearsal[Any]]) -> None:
    """For oracles: let whoever listens try the misconceptions of the question that is asked."""
    for listener in _listeners:
        listener(rehearsal())
