"""Group points that were lost for the same reason: one misconception, one exception at one line, one endless loop."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.counting import counted
from grader.model import Outcome
from grader.report.sentences import without_example
from grader.schema import PointScore

# A number, or several in brackets: an index, a shape. Not the number in a name, such as exercise2.py, w_1 or 2.4.
_NUMBER = r"(?<![\w.])[-−]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|nan|inf)(?![\w.]\w)"
_NUMBERS = re.compile(rf"{_NUMBER}|\((?:\d+, ?)*\d*\)|\[[\d, ]+\]")

_SENTENCE_ENDS = re.compile(r"(?<=[.?!]) +(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why points were lost, and which. One of them, `first`, shows the input and the lines."""

    points: tuple[PointScore, ...]

    @property
    def first(self) -> PointScore:
        """The first that has an input to show; without one, the first."""
        return next((point for point in self.points if "input" in point.evidence), self.points[0])

    @property
    def ids(self) -> str:
        """2.1, 2.3"""
        return ", ".join(point.id for point in self.points)

    @property
    def lost(self) -> float:
        return sum(point.max_score - point.score for point in self.points)

    @property
    def costs(self) -> str:
        """`2 points`; nothing where nothing was lost or a person still gives it."""
        settled = all(
            point.outcome not in (Outcome.PASSED, Outcome.REVIEW, Outcome.GRADER_ERROR) for point in self.points
        )
        return "" if not self.lost or not settled else counted(self.lost, "point")

    @property
    def others(self) -> tuple[str, ...]:
        """What the message of the first does not say of the others: whom it is true of, too, and what differs there."""
        alike, different = [], []
        for point in self.points:
            if point.message == self.first.message:
                continue
            if _untitled(point) == _untitled(self.first):
                alike.append(point.title)
            elif _differs(point, self.first):
                different.append(f"{point.id}: {beyond(point.message, self.first.message)}")
        return (*([f"The same holds for {', '.join(alike)}."] if alike else []), *different)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(note for point in self.points for note in point.notes))


def fold(points: Iterable[PointScore]) -> list[Cause]:
    """The points that lost something or have a note, those with the same cause together, in the order of the first."""
    groups: dict[object, list[PointScore]] = {}
    for point in points:
        if point.notes or (point.message and point.outcome is not Outcome.PASSED):
            groups.setdefault(_key(point), []).append(point)
    return [Cause(tuple(group)) for group in groups.values()]


def _key(point: PointScore) -> object:
    """A key that is equal for points that fail for the same reason, whatever sizes and numbers their inputs have.
    Exceptions are the same where they were raised at the same line."""
    if point.outcome is Outcome.PASSED:
        return point.outcome, point.notes
    lost = tuple(
        (part.outcome, part.diagnosis or (None if point.traceback else _without_numbers(part.message, point)))
        for part in point.parts
        if part.outcome is not Outcome.PASSED
    )
    place = tuple((line.file, line.line) for line in point.traceback[-1:])
    return point.exercise, frozenset(lost) or _without_numbers(point.message, point), place


def _untitled(point: PointScore) -> str:
    """The message with a blank in the place of what the point is about: "Adam", say."""
    return re.sub(rf"(?<!\w){re.escape(point.title)}(?!\w)", "_", point.message)


def _differs(point: PointScore, first: PointScore) -> bool:
    """Whether a point has something of its own to say: other words, or numbers of what it is about.

    What an input or a line of code shows is shown of the first alone.
    """
    if point.traceback or "input" in point.evidence:
        return False
    is_about_title = _untitled(point) != point.message
    return is_about_title or _without_numbers(point.message, point) != _without_numbers(first.message, first)


def beyond(message: str, other: str) -> str:
    """The sentences of a message that another has not."""
    return " ".join(sentence for sentence in _SENTENCE_ENDS.split(message) if sentence not in other)


def _without_numbers(message: str, point: PointScore) -> str:
    """`1 of 4 entries is wrong` and `90 of 360 entries are wrong` are one sentence, whatever example follows."""
    return _NUMBERS.sub("#", without_example(message, point)).replace(" is wrong", " are wrong")
