"""Marks that were given in a spreadsheet: all of them are recorded, or none, and the same table twice changes nothing.

    id, point, score, comment        a line a mark
    id, 4.9, 4.9 comment             a line a student, a column a point ("point 4.9", as grades.csv has it, will do)

In grades.csv itself, filled in, a score that is as the machine gave it is no mark.
Who is meant may be an id, a name, an e-mail address or the LMS's number, also as a spreadsheet reformatted it.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.classroom.marks.review import mark, review
from grader.classroom.results import store
from grader.classroom.results.export import export, grades_header
from grader.classroom.results.hand_in_names import HandInNames
from grader.classroom.tables import read_table
from grader.errors import UsageError
from grader.schema import Report

_WHO = ("id", "identifier", "email", "name", "student")
_COMMENT = "comment"
_COMMA = re.compile(r"^(\d+),(\d+)\b")
_TINY = 1e-6  # a table has six digits behind the point


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mark as a line of the table has it."""

    line: int
    folder: Path
    point: str
    score: float
    comment: str
    is_cell: bool  # in a column a point


def review_table(
    results: Path, assignment: Assignment, table: Path, *, by: str, when: datetime
) -> tuple[int, store.ClassIndex, list[str]]:
    """Records the marks of a table and brings the class's tables up to date.

    Returns how many marks were new or changed, the class as `export` wrote it, and sentences on what was left out.

    Raises UsageError, with the line, for whoever or whatever is not in the class; then nothing was recorded.
    """
    index = store.read_index(results)
    left_out: list[str] = []
    every_mark = _agreeing(_marks(results, index, table, left_out), table)
    marks = [row_mark for row_mark in every_mark if _is_new(row_mark, table)]
    for row_mark in marks:
        values = {"point": row_mark.point, "score": row_mark.score, "comment": row_mark.comment, "by": by, "when": when}
        review(row_mark.folder / store.REPORT, assignment, **values)  # type: ignore[arg-type]
    with store.lock(results, wait=store.WAIT_SECONDS):
        return len(marks), export(results, store.read_index(results)), left_out


def _agreeing(marks: Iterator[_Mark], table: Path) -> Iterator[_Mark]:
    """One mark for each point of a hand-in: a group's members, in a line each, have the same."""
    first: dict[tuple[Path, str], _Mark] = {}
    for row_mark in marks:
        earlier = first.setdefault((row_mark.folder, row_mark.point), row_mark)
        if earlier is row_mark:
            yield row_mark
        elif (earlier.score, earlier.comment) != (row_mark.score, row_mark.comment):
            raise UsageError(
                f"{table}, line {row_mark.line}: line {earlier.line} has another mark for {row_mark.point} of the same "
                "hand-in. Nothing was recorded."
            )


def _is_new(row_mark: _Mark, table: Path) -> bool:
    """Whether the mark differs from the report's. Raises UsageError if the report has no such point or score."""
    report = store.read_report(row_mark.folder / store.REPORT)
    try:
        mark(report, point=row_mark.point, score=row_mark.score, comment=row_mark.comment, by="", when="")
    except UsageError as error:
        raise UsageError(f"{table}, line {row_mark.line}: {error} Nothing was recorded.") from error
    latest = _latest(report, row_mark.point)
    if latest is None and row_mark.is_cell and not row_mark.comment:
        point = report.point(row_mark.point)
        return not math.isclose(point.score, row_mark.score, abs_tol=_TINY) or (point.pending > 0 and not point.score)
    return latest != (row_mark.score, row_mark.comment)


def _latest(report: Report, point: str) -> tuple[float | None, str] | None:
    entries = [entry for entry in report.reviews if entry.point == point and entry.sha256 == report.submission.sha256]
    return (entries[-1].score, entries[-1].comment) if entries else None


def _marks(results: Path, index: store.ClassIndex, table: Path, left_out: list[str]) -> Iterator[_Mark]:
    """The marks of a table; columns that are not read, and comments without a score, are added to `left_out`."""
    read = read_table(table)
    header = list(map(_column, read.rows[0]))
    who = next((header.index(name) for name in _WHO if name in header), None)
    points = [point.id for point in index.points if point.id.casefold() in header]
    long = "point" in header and "score" in header
    if who is None or not (points or long):
        raise UsageError(
            f"{table}: it needs the column id, and point and score, or a column for each point, such as 4.9."
        )
    names, unscored = HandInNames(index), list[str]()
    left_out += _unread(read.rows[0], index)
    for line, row in list(zip(read.lines, read.rows, strict=True))[1:]:
        cells = {name: value.strip() for name, value in zip(header, row, strict=False)}
        marks = _long(cells) if long else _wide(cells, points)
        for point, score, comment in marks:
            if not score:
                unscored += [str(line)] if comment else []
                continue
            folder = _folder_of(results, names, cells[header[who]], f"{table}, line {line}")
            yield _Mark(line, folder, point, _score(score, f"{table}, line {line}"), comment, is_cell=not long)
    if unscored:
        lines = "line" if len(unscored) == 1 else "lines"
        left_out.append(f"Not recorded, because there is no score beside the comment: {lines} {', '.join(unscored)}.")


def _column(name: str) -> str:
    """A column's name, of a point as the rubric has it: a German spreadsheet writes 4,9."""
    return _COMMA.sub(r"\1.\2", name.strip().casefold().removeprefix("point ").strip())


def _unread(header: Sequence[str], index: store.ClassIndex) -> Iterator[str]:
    """A sentence about columns that hold neither marks nor what grades.csv has beside them."""
    points = [point.id.casefold() for point in index.points]
    usual = {*_WHO, "point", "score", _COMMENT, *points, *(f"{point} {_COMMENT}" for point in points)}
    usual |= {_column(str(name)) for name in grades_header(index)}
    names = [name.strip() for name in header if name.strip() and _column(name) not in usual]
    if names:
        yield f"Not read: the {'column' if len(names) == 1 else 'columns'} {', '.join(map(repr, names))}."


def _long(cells: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    yield cells.get("point", ""), cells.get("score", ""), cells.get(_COMMENT, "")


def _wide(cells: dict[str, str], points: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for point in points:
        name = point.casefold()
        alone = cells.get(_COMMENT, "") if len(points) == 1 else ""
        yield point, cells.get(name, ""), cells.get(f"{name} {_COMMENT}", alone)


def _folder_of(results: Path, names: HandInNames, who: str, where: str) -> Path:
    try:
        return results / str(names.find(who).folder)
    except UsageError as error:
        raise UsageError(f"{where}: {error} Nothing was recorded.") from error


def _score(text: str, where: str) -> float:
    try:
        score = float(text.replace(",", "."))
    except ValueError:
        score = math.nan
    if math.isnan(score):
        raise UsageError(f"{where}: {text!r} is not a number. Nothing was recorded.")
    return score
