"""Points that say the same thing, told once: one misconception, one exception at one line, one loop behind several."""

from collections.abc import Iterable
from dataclasses import dataclass

from grader.model import Outcome
from grader.report.plain_text import number
from grader.schema import PointScore


@dataclass(frozen=True, slots=True)
class Cause:
    """Why points were lost, and which. The first of them shows the input and the lines."""

    points: tuple[PointScore, ...]

    @property
    def first(self) -> PointScore:
        return self.points[0]

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
        return "" if not self.lost or not settled else "1 point" if self.lost == 1 else f"{number(self.lost)} points"

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
    """Equal for points that fail for the same reason. An exception is where it was raised, not for which size."""
    if point.outcome is Outcome.PASSED:
        return point.outcome, point.notes
    lost = tuple(
        (part.outcome, part.diagnosis or (None if point.traceback else part.message))
        for part in point.parts
        if part.outcome is not Outcome.PASSED
    )
    place = tuple((line.file, line.line) for line in point.traceback[-1:])
    return point.exercise, frozenset(lost) or point.message, place
