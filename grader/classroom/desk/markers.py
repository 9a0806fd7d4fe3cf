"""Split the marking: each marker takes some points, all if none are named; those who share a point share the class.

One rule gives both ways to split a class: by point, and by slice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.classroom.desk.database import Database
from grader.errors import UsageError

MAX_NAME = 80  # characters: it stands beside each mark, in one line
MAX_MARKERS = 100  # more than any course has; bounds what one request may store


@dataclass(frozen=True, slots=True)
class Marker:
    name: str
    points: tuple[str, ...]

    def marks(self, point: str) -> bool:
        return not self.points or point in self.points


class Markers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Marker]:
        rows = self._database.rows("SELECT name, points FROM marker ORDER BY rowid")
        return [Marker(row["name"], tuple(row["points"].split())) for row in rows]

    def replace(self, lines: str, point_ids: Sequence[str]) -> None:
        """Takes a line each, `name` or `name: points`. Raises UsageError."""
        markers = [_marker(line, point_ids) for line in lines.splitlines() if line.strip()]
        names = [marker.name for marker in markers]
        if len(set(names)) < len(names) or len(names) > MAX_MARKERS:
            raise UsageError(f"name each marker once, and at most {MAX_MARKERS}.")
        with self._database.writing():
            self._database.run("DELETE FROM marker")
            for marker in markers:
                self._database.run("INSERT INTO marker VALUES (?, ?)", marker.name, " ".join(marker.points))


def marker_of(markers: Sequence[Marker], point: str, place: int, count: int) -> str | None:
    """Who marks this point of the hand-in at `place` of `count`: the class is cut into slices of equal length."""
    names = [marker.name for marker in markers if marker.marks(point)]
    return names[place * len(names) // count] if names else None


def marker_name(text: str) -> str:
    """A person's name as it stands beside their marks. Raises UsageError."""
    name = " ".join(text.split())
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise UsageError(f"say who you are in at most {MAX_NAME} characters; it is shown beside your marks.")
    return name


def _marker(line: str, point_ids: Sequence[str]) -> Marker:
    name, _, points = line.partition(":")
    chosen = tuple(points.replace(",", " ").split())
    unknown = [point for point in chosen if point not in point_ids]
    if unknown:
        raise UsageError(f"{name.strip()}: there is no point {unknown[0]}; there are {', '.join(point_ids)}.")
    return Marker(marker_name(name), chosen)
