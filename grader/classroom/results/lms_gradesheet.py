"""A grading sheet as Moodle or Canvas exported it, filled in: their own columns, in their own language and order.

    Moodle      the assignment's grading worksheet: Identifier "Participant 101", Grade, Feedback comments
    Canvas      the gradebook, in which the assignment's "Name (123)" is the only such column

Everything else in it stays as it was, and so do the lines of people without a grade.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.results.store import Person
from grader.classroom.tables import bare, read_table, table
from grader.errors import UsageError

_KEYS = ("identifier", "id", "idnumber", "idnummer", "sisuserid", "sisloginid", "emailaddress", "emailadresse", "email")
_GRADE = ("grade", "bewertung")
_FEEDBACK = ("feedbackcomments", "feedbackalskommentar")
_ASSIGNMENT = re.compile(r".+ \(\d+\)")
_PARTICIPANT = re.compile(r"\D+ ?(\d+)")  # "Participant 101", in any language


@dataclass(frozen=True, slots=True)
class Line:
    """What one person gets."""

    person: Person
    score: float
    feedback: str


@dataclass(frozen=True, slots=True)
class _Columns:
    keys: tuple[int, ...]
    grade: int
    feedback: int | None


def check_gradesheet(path: Path) -> None:
    """Raises UsageError, now rather than after the grading, where a sheet could not be filled in."""
    _columns(path, read_table(path).rows[0])


def fill(path: Path, lines: Iterable[Line]) -> Iterator[str]:
    """The sheet's lines with what each person gets."""
    sheet = read_table(path)
    columns = _columns(path, sheet.rows[0])
    known: dict[str, Line] = {}
    for line in lines:
        person = line.person
        known |= {name.casefold(): line for name in (person.lms, person.id, person.email) if name}
    return table([sheet.rows[0], *(_filled(row, columns, known) for row in sheet.rows[1:])], sheet.delimiter)


def _filled(row: Sequence[str], columns: _Columns, known: dict[str, Line]) -> list[str | float]:
    filled: list[str | float] = list(row)
    names = [row[place].strip() for place in columns.keys if place < len(row)]
    line = next((known[key] for name in names if (key := _key(name)) in known), None)
    if line is not None and columns.grade < len(row):
        filled[columns.grade] = line.score
        if columns.feedback is not None and columns.feedback < len(row):
            filled[columns.feedback] = line.feedback
    return filled


def _key(name: str) -> str:
    participant = _PARTICIPANT.fullmatch(name)
    return participant[1] if participant else name.casefold()


def _columns(path: Path, header: Sequence[str]) -> _Columns:
    names = [bare(name) for name in header]
    keys = tuple(place for key in _KEYS for place, name in enumerate(names) if name == key)
    grades = [place for place, name in enumerate(names) if name in _GRADE]
    grades = grades or [place for place, name in enumerate(header) if _ASSIGNMENT.fullmatch(name.strip())]
    if not keys or len(grades) != 1:
        raise UsageError(
            f"{path}: this is no sheet that can be filled in. It needs Moodle's columns Identifier and Grade, or "
            "Canvas' ID and a single assignment's column, which ends with its number in brackets."
        )
    return _Columns(keys, grades[0], next((place for place, name in enumerate(names) if name in _FEEDBACK), None))
