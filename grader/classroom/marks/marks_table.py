"""Marks that were given in a spreadsheet: all of them are recorded, or none, and the same table twice changes nothing.

    id, point, score, comment        a line a mark
    id, 4.9, 4.9 comment             a line a student, a column a point ("point 4.9", as grades.csv has it, will do)

Who is meant may be an id, a name, an e-mail address or the LMS's number.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.classroom.marks.review import mark, review
from grader.classroom.results import store
from grader.classroom.results.export import export
from grader.classroom.tables import read_table
from grader.errors import UsageError
from grader.rubric import Assignment
from grader.schema import Report

_WHO = ("id", "identifier", "email", "name", "student")
_COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mark as a line of the table has it."""

    line: int
    folder: Path
    point: str
    score: float
    comment: str


def review_table(results: Path, assignment: Assignment, table: Path, *, by: str, when: datetime) -> int:
    """Records the marks of a table and brings the class's tables up to date; returns how many were new or changed.

    Raises UsageError, with the line, for whoever or whatever is not in the class; then nothing was recorded.
    """
    index = store.read_index(results)
    marks = [one for one in _marks(results, index, table) if _is_new(one, table)]
    for one in marks:
        given = {"point": one.point, "score": one.score, "comment": one.comment, "by": by, "when": when}
        review(one.folder / store.REPORT, assignment, **given)  # type: ignore[arg-type]
    with store.lock(results, wait=store.WAIT_SECONDS):
        export(results, store.read_index(results))
    return len(marks)


def _is_new(given: _Mark, table: Path) -> bool:
    """Whether it says something else than the report. Raises UsageError where the report has no room for it."""
    report = store.read_report(given.folder / store.REPORT)
    try:
        mark(report, point=given.point, score=given.score, comment=given.comment, by="", when="")
    except UsageError as error:
        raise UsageError(f"{table}, line {given.line}: {error} Nothing was recorded.") from error
    return _latest(report, given.point) != (given.score, given.comment)


def _latest(report: Report, point: str) -> tuple[float | None, str] | None:
    own = [entry for entry in report.reviews if entry.point == point and entry.sha256 == report.submission.sha256]
    return (own[-1].score, own[-1].comment) if own else None


def _marks(results: Path, index: store.ClassIndex, table: Path) -> Iterator[_Mark]:
    rows = read_table(table).rows
    header = [name.strip().casefold().removeprefix("point ").strip() for name in rows[0]]
    who = next((header.index(name) for name in _WHO if name in header), None)
    points = [point.id for point in index.points if point.id.casefold() in header]
    long = "point" in header and "score" in header
    if who is None or not (points or long):
        raise UsageError(
            f"{table}: it needs the column id, and point and score, or a column for each point, such as 4.9."
        )
    people = _people(results, index)
    for line, row in enumerate(rows[1:], 2):
        cells = {name: value.strip() for name, value in zip(header, row, strict=False)}
        given = _long(cells) if long else _wide(cells, points)
        for point, score, comment in given:
            folder = _folder_of(people, cells[header[who]], f"{table}, line {line}")
            yield _Mark(line, folder, point, _score(score, f"{table}, line {line}"), comment)


def _long(cells: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    if cells.get("score"):
        yield cells.get("point", ""), cells["score"], cells.get(_COMMENT, "")


def _wide(cells: dict[str, str], points: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for point in points:
        name = point.casefold()
        if cells.get(name):
            alone = cells.get(_COMMENT, "") if len(points) == 1 else ""
            yield point, cells[name], cells.get(f"{name} {_COMMENT}", alone)


def _people(results: Path, index: store.ClassIndex) -> dict[str, set[Path]]:
    """Whatever somebody may be called by -> the folders of those who are called so."""
    people: dict[str, set[Path]] = defaultdict(set)
    for entry in index.entries:
        if entry.status == "graded" and entry.folder:
            for name in (entry.id, *(name for student in entry.students for name in student.identifiers)):
                people[name.casefold()].add(results / entry.folder)
    return people


def _folder_of(people: dict[str, set[Path]], who: str, where: str) -> Path:
    found = people.get(who.casefold(), set()) if who else set()
    if len(found) != 1:
        why = "several hand-ins go by that name" if found else "no graded hand-in goes by that name"
        raise UsageError(f"{where}: {who!r}: {why}. Nothing was recorded.")
    return next(iter(found))


def _score(text: str, where: str) -> float:
    try:
        score = float(text.replace(",", "."))
    except ValueError:
        score = math.nan
    if math.isnan(score):
        raise UsageError(f"{where}: {text!r} is not a number. Nothing was recorded.")
    return score
