"""A grading sheet as Moodle or Canvas exported it, filled in: their own columns, in their own language and order.

    Moodle      the assignment's grading worksheet: Identifier "Participant 101", Grade, Feedback comments
    Canvas      the gradebook, in which each assignment's column is called "Name (123)"

A cell that is not ours to change stays as it was, to the letter: those of people without a grade, a comment that a
person wrote, or one of ours that a person has edited since.

Moodle's importer (mod/assign/feedback/offline) skips a grade that was changed in Moodle after "Last modified (grade)",
which it reads in English alone. So that the second import does not skip what the first one wrote, a row that we change
gets the time of now there, as ISO 8601.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.classroom.results.feedback import is_ours
from grader.classroom.results.store import Person
from grader.classroom.tables import bare, cell, read_table
from grader.errors import UsageError

# The headers of Moodle's worksheet in English, German, French and Spanish, as `bare` leaves them.
_KEYS = (
    *("identifier", "id", "identifiant", "identificador", "idnumber", "idnummer", "numerodidentification"),
    *("numerodeid", "sisuserid", "sisloginid", "emailaddress", "emailadresse", "adressedecourriel"),
    *("direcciondecorreo", "email"),
)
_GRADE = ("grade", "bewertung", "note", "calificacion")
_MAXIMUM = ("maximumgrade", "bestwertung", "notemaximale", "calificacionmaxima")
_MODIFIED = (
    *("lastmodifiedgrade", "zuletztgeandertbewertung", "dernieremodificationnote"),
    "ultimamodificacioncalificacion",
)
_FEEDBACK = ("feedbackcomments", "feedbackalskommentar", "feedbackparcommentaires", "comentariosderetroalimentacion")
_ASSIGNMENT = re.compile(r"(?P<name>.+) \((?P<number>\d+)\)")
_PARTICIPANT = re.compile(r"\D+ ?(\d+)")  # "Participant 101", in any language
_POSSIBLE = "Points Possible"  # Canvas' line about the maximum
_MARK = b"\xef\xbb\xbf"  # of UTF-8
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """What one person gets; `comment` is HTML."""

    person: Person
    score: float
    comment: str


@dataclass(frozen=True, slots=True)
class _Columns:
    keys: tuple[int, ...]
    grade: int
    feedback: int | None
    maximum: int | None
    modified: int | None


@dataclass(frozen=True, slots=True)
class Gradesheet:
    """A sheet that can be filled in. `factor` is what our points are multiplied with."""

    rows: Sequence[list[str]]
    delimiter: str
    columns: _Columns
    decimal: str
    factor: float
    marked: bool  # whether the file begins with the mark of UTF-8


def open_gradesheet(path: Path, maximum: float, column: str | None = None, *, scale: bool = False) -> Gradesheet:
    """The sheet at `path` for an assignment worth `maximum` points.

    `column` is the assignment's, by its header or by its number; needed where a gradebook has several. With `scale`,
    the sheet may have another maximum. Raises UsageError where it could not be filled in.
    """
    table = read_table(path)
    columns = _columns(path, table.rows[0], column)
    theirs = [value for row in table.rows[1:] if (value := _maximum(row, columns)) is not None]
    other = next((value for value in theirs if abs(_number(value) - maximum) > _TINY), None)
    if other is not None and not scale:
        raise UsageError(
            f"{path}: the maximum in this sheet is {other}, and the assignment has {maximum:g} points. Change the "
            f"maximum in the LMS to {maximum:g} and download the sheet again, or have the grades scaled with --scale."
        )
    decimal = "," if any("," in value for value in theirs) else "."
    factor = _number(other) / maximum if other is not None else 1.0
    return Gradesheet(table.rows, table.delimiter, columns, decimal, factor, path.read_bytes().startswith(_MARK))


def fill(sheet: Gradesheet, lines: Iterable[Line], now: datetime) -> Iterator[str]:
    """The sheet's lines with what each person gets."""
    known: dict[str, Line] = {}
    for line in lines:
        person = line.person
        known |= {name.casefold(): line for name in (person.lms, person.id, person.email) if name}
    yield "\ufeff" if sheet.marked else ""
    for number, row in enumerate(sheet.rows):
        names = keys_of(row, sheet.columns.keys) if number else []
        found = next((known[name] for name in names if name in known), None)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=sheet.delimiter).writerow(_filled(row, sheet, found, now) if found else row)
        yield text.getvalue()


def participants(sheet: Gradesheet) -> dict[str, str]:
    """Whatever a row of Moodle's worksheet calls a person by -> Moodle's number of them."""
    numbers: dict[str, str] = {}
    for row in sheet.rows[1:]:
        found = next((found for name in row if (found := _PARTICIPANT.fullmatch(name.strip()))), None)
        if found is not None:
            numbers |= dict.fromkeys(keys_of(row, sheet.columns.keys), found[1])
    return numbers


def keys_of(row: Sequence[str], places: Iterable[int]) -> list[str]:
    """What a row calls its person by."""
    names = [row[place].strip() for place in places if place < len(row)]
    return [key for name in names if (key := _key(name))]


def _filled(row: Sequence[str], sheet: Gradesheet, line: Line, now: datetime) -> list[str]:
    filled = list(row)
    columns = sheet.columns
    if columns.grade >= len(row):
        return filled
    score = line.score * sheet.factor
    if not row[columns.grade].strip() or abs(_number(row[columns.grade]) - score) > _TINY:
        filled[columns.grade] = cell(score).replace(".", sheet.decimal)
    if columns.feedback is not None and columns.feedback < len(row):
        before = row[columns.feedback]
        if before.strip() in ("", "-") or is_ours(before):
            filled[columns.feedback] = line.comment
    if filled != list(row) and columns.modified is not None and columns.modified < len(row):
        filled[columns.modified] = now.isoformat(timespec="seconds")
    return filled


def _key(name: str) -> str:
    participant = _PARTICIPANT.fullmatch(name)
    return participant[1] if participant else name.casefold()


def _maximum(row: Sequence[str], columns: _Columns) -> str | None:
    """What a row says of the maximum, if it does."""
    if columns.maximum is not None:
        value = row[columns.maximum].strip() if columns.maximum < len(row) else ""
    elif row and _POSSIBLE in row[0] and columns.grade < len(row):
        value = row[columns.grade].strip()
    else:
        value = ""
    return value if _number(value) == _number(value) else None


def _number(text: str) -> float:
    """A number as the LMS of any language writes it; NaN where it is none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return float("nan")


def _columns(path: Path, header: Sequence[str], column: str | None) -> _Columns:
    names = [bare(name) for name in header]
    keys = tuple(place for key in _KEYS for place, name in enumerate(names) if name == key)
    grades = _assignments(path, header, column) or [place for place, name in enumerate(names) if name in _GRADE]
    if not keys or len(grades) != 1:
        raise UsageError(
            f"{path}: this is no sheet that can be filled in. It needs Moodle's columns Identifier and Grade, or "
            "Canvas' ID and the assignment's column, which ends with its number in brackets."
        )

    def place_of(kinds: Sequence[str]) -> int | None:
        return next((place for place, name in enumerate(names) if name in kinds), None)

    return _Columns(keys, grades[0], place_of(_FEEDBACK), place_of(_MAXIMUM), place_of(_MODIFIED))


def _assignments(path: Path, header: Sequence[str], column: str | None) -> list[int]:
    """The assignment's column in Canvas' gradebook; none where this is none. Raises UsageError for several."""
    found = {
        place: match for place, name in enumerate(header) if (match := _ASSIGNMENT.fullmatch(name.strip())) is not None
    }
    if column is not None:
        wanted = [
            place for place, match in found.items() if column.strip() in (match[0], match["name"], match["number"])
        ]
        if len(wanted) == 1:
            return wanted
    if len(found) > 1 or (column is not None and found):
        listed = ", ".join(f"{match[0]!r}" for match in found.values())
        raise UsageError(
            f"{path}: name the column to fill in with --assignment-column; the sheet has {listed}"
            f"{f', and not {column!r}' if column is not None else ''}."
        )
    return list(found)
