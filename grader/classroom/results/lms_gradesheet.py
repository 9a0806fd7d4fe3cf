"""Fill in a grading sheet that Moodle or Canvas exported, keeping its columns, its language and its order.

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
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.classroom.class_model import Student, Worth
from grader.classroom.columns import Column
from grader.classroom.lms_table import LmsTable, PersonRow, open_lms_table
from grader.classroom.results.feedback import is_ours
from grader.classroom.tables import cell
from grader.errors import UsageError

_ASSIGNMENT = re.compile(r"(?P<name>.+) \((?P<number>\d+)\)")
_MARK = b"\xef\xbb\xbf"  # of UTF-8
_TINY = 1e-6
_EMPTY = ("", "-")  # a cell in which nothing is, as Moodle and Canvas write it
_KEYS = (Column.LMS, Column.ID, Column.EMAIL)


@dataclass(frozen=True, slots=True)
class Line:
    """What one person gets; `comment` is HTML."""

    person: Student
    score: float
    comment: str


@dataclass(frozen=True, slots=True)
class Gradesheet:
    """A sheet that can be filled in. `grade` is its column; `factor` is what our points are multiplied with.

    `maximum` is what the assignment is worth in the LMS: as much as is graded, all points of the rubric where only some
    are, or whatever the sheet says where the grades are scaled to it.
    """

    table: LmsTable
    grade: int
    decimal: str
    factor: float
    maximum: float
    marked: bool  # whether the file begins with the mark of UTF-8


def open_gradesheet(path: Path, worth: Worth, column: str | None = None, *, scale: bool = False) -> Gradesheet:
    """The sheet at `path`, for an assignment of which so much is graded.

    `column` is the assignment's, by its header or by its number; needed where a gradebook has several. Where some of
    the exercises are graded, the sheet may have the maximum of all: their points count as they are. With `scale`, it
    may have any. Raises UsageError where it could not be filled in.
    """
    table = open_lms_table(path)
    grade = _grade(table, column)
    theirs = [value for value in _maxima(table, grade) if _number(value) is not None]
    numbers = {number for value in theirs if (number := _number(value)) is not None}
    other = next((value for value in theirs if not _same(_number(value), worth.graded)), None)
    is_whole = other is not None and all(_same(number, worth.whole) for number in numbers)
    if other is not None and not scale and not is_whole:
        raise UsageError(
            f"{path}: the maximum in this sheet is {other}, and what is graded is worth {worth.graded:g} points. "
            f"Change the maximum in the LMS to {worth.graded:g}, download the sheet again and give it with --sheet, or "
            "have the grades scaled with --scale."
        )
    decimal = "," if any("," in value for value in theirs) else "."
    maximum = (_number(other) or 0.0) if other is not None else worth.graded
    factor = maximum / worth.graded if scale else 1.0
    return Gradesheet(table, grade, decimal, factor, maximum, path.read_bytes().startswith(_MARK))


def is_gradebook(path: Path) -> bool:
    """Whether it is Canvas' gradebook, which has a column for each assignment. Raises UsageError."""
    return any(_ASSIGNMENT.fullmatch(name.strip()) for name in open_lms_table(path).header)


def _same(number: float | None, other: float) -> bool:
    return number is not None and abs(number - other) <= _TINY


def fill(sheet: Gradesheet, lines: Iterable[Line], now: datetime) -> Iterator[str]:
    """The sheet's lines with what each person gets."""
    find = _finder(lines)
    people = {row.index: row for row in sheet.table.people()}
    yield "\ufeff" if sheet.marked else ""
    for index, row in enumerate(sheet.table.table.rows):
        line = find(people[index]) if index in people else None
        text = io.StringIO(newline="")
        filled = _filled(row, sheet, line, now) if line else row
        csv.writer(text, delimiter=sheet.table.table.delimiter).writerow(filled)
        yield text.getvalue()


def excused(sheet: Gradesheet, people: Iterable[Student]) -> dict[Student, str]:
    """Those of `people` whose grade in Canvas' gradebook is a word, such as "EX", with the word.

    A number would take its place: Canvas' importer excuses nobody whom a grade is given.
    """
    find = _finder(Line(person, 0.0, "") for person in people)
    words: dict[Student, str] = {}
    for row in sheet.table.people() if sheet.table.dialect.is_canvas else ():
        cells, line = sheet.table.table.rows[row.index], find(row)
        word = cells[sheet.grade].strip() if sheet.grade < len(cells) else ""
        if line is not None and word not in _EMPTY and _number(word) is None:
            words[line.person] = word
    return words


def without_row(sheet: Gradesheet, people: Iterable[Student]) -> list[Student]:
    """Those of `people` whom no row of the sheet is of."""
    listed_people = list(people)
    find = _finder(Line(person, 0.0, "") for person in listed_people)
    present = {line.person for row in sheet.table.people() if (line := find(row)) is not None}
    return [person for person in listed_people if person not in present]


def participants(sheet: Gradesheet) -> dict[str, str]:
    """The course's id or the e-mail of a person, as Moodle's worksheet has it -> Moodle's number of them."""
    numbers: dict[str, str] = {}
    for row in sheet.table.people() if sheet.table.dialect.is_moodle else ():
        number = row.get(Column.LMS)
        names = (row.student.id if Column.ID not in sheet.table.columns else row.get(Column.ID), row.get(Column.EMAIL))
        numbers |= {name.casefold(): number for name in names if name and number.isdigit()}
    return numbers


def _finder(lines: Iterable[Line]) -> Callable[[PersonRow], Line | None]:
    """Finds the line of a row's person: by what the same kind of column says, else by a name that is only theirs.

    A number of the LMS's is never taken for the course's number of somebody else.
    """
    by_kind: dict[tuple[Column, str], Line] = {}
    by_name: dict[str, Line | None] = {}
    for line in lines:
        for column, text in zip(_KEYS, (line.person.lms, line.person.id, line.person.email), strict=True):
            if text:
                by_kind[column, text.casefold()] = line
                other = by_name.setdefault(text.casefold(), line)
                by_name[text.casefold()] = line if other is line else None

    def find(row: PersonRow) -> Line | None:
        names = [(column, text.casefold()) for column in _KEYS if (text := row.get(column))]
        exact = next((by_kind[key] for key in names if key in by_kind), None)
        free = [text for _, text in names if not (text.isdigit() and row.get(Column.ID))]
        return exact or next((line for text in free if (line := by_name.get(text))), None)

    return find


def _filled(row: Sequence[str], sheet: Gradesheet, line: Line, now: datetime) -> list[str]:
    filled = list(row)
    if sheet.grade >= len(row):
        return filled
    score, before = line.score * sheet.factor, row[sheet.grade]
    number = _number(before)
    if before.strip() in _EMPTY or (number is not None and abs(number - score) > _TINY):
        filled[sheet.grade] = cell(score).replace(".", sheet.decimal)
    feedback, graded = sheet.table.place(Column.FEEDBACK), sheet.table.place(Column.GRADED)
    if feedback is not None and feedback < len(row) and (row[feedback].strip() in _EMPTY or is_ours(row[feedback])):
        filled[feedback] = line.comment
    if filled != list(row) and graded is not None and graded < len(row):
        filled[graded] = now.isoformat(timespec="seconds")
    return filled


def _maxima(table: LmsTable, grade: int) -> Iterator[str]:
    """What the sheet says the assignment is worth: in a column of each row, or in Canvas' line about it."""
    place, possible = table.place(Column.MAXIMUM), table.points_row()
    if place is not None:
        yield from (row[place].strip() for row in table.table.rows[1:] if place < len(row))
    elif possible is not None and grade < len(possible):
        yield possible[grade].strip()


def _number(text: str) -> float | None:
    """A number as the LMS of any language writes it."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _grade(table: LmsTable, column: str | None) -> int:
    """The column of the grades. Raises UsageError."""
    if table.place(Column.SCALE) is not None:
        raise UsageError(
            f"{table.path}: the LMS grades this assignment with the words of a scale. Set it to points there and "
            "download the sheet again."
        )
    grades = _assignments(table, column) or [place for place, held in enumerate(table.columns) if held is Column.GRADE]
    if not any(column in table.columns for column in _KEYS) or len(grades) != 1:
        raise UsageError(
            f"{table.path}: this is not a sheet that can be filled in. It needs Moodle's columns Identifier and Grade, "
            "or Canvas' ID and the assignment's column, which ends with its number in brackets."
        )
    return grades[0]


def _assignments(table: LmsTable, column: str | None) -> list[int]:
    """The assignment's column in Canvas' gradebook; none where this is none. Raises UsageError for several."""
    possible = table.points_row()
    matches = {
        place: match
        for place, name in enumerate(table.header)
        if (match := _ASSIGNMENT.fullmatch(name.strip())) is not None
        and (possible is None or (place < len(possible) and _number(possible[place]) is not None))
    }
    if column is not None:
        chosen = [
            place for place, match in matches.items() if column.strip() in (match[0], match["name"], match["number"])
        ]
        if len(chosen) == 1:
            return chosen
    if len(matches) > 1 or (column is not None and matches):
        listed = ", ".join(f"{match[0]!r}" for match in matches.values())
        raise UsageError(
            f"{table.path}: name the column to fill in with --assignment-column; the sheet has {listed}"
            f"{f', and not {column!r}' if column is not None else ''}."
        )
    return list(matches)
