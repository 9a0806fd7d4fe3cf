"""A table that an LMS or a person wrote about people: one reader for rosters, times, extensions and sheets.

    table = read_lms_table(path)
    for row in table.people():
        row.student, row.get(Column.SUBMITTED)

`columns` knows what the headers mean. Cells that a spreadsheet wrote in a way of its own are read as what they were.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.class_model import Student
from grader.classroom.columns import Column, Dialect, columns, dialect_of
from grader.classroom.tables import Table, read_table
from grader.errors import UsageError

NUMBERS = (Column.ID, Column.LMS)  # what a spreadsheet takes for a number
_LOST = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)  # a long number of which a spreadsheet dropped the end
_QUOTED = re.compile(r'="(?P<formula>.*)"|\'(?P<text>.+)|(?P<number>\d+)[.,]0+')  # how one keeps a number from that
_POINTS = "points possible"  # Canvas' line about the maximum
_TEST_STUDENTS = ("student, test", "test student")  # Canvas' own, in every gradebook


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row of a table, by what its columns hold; nothing under those that are empty.

    `index` is its place in the table, `line` the line in the file on which it begins, as an editor counts.
    """

    index: int
    line: int
    cells: dict[Column, str]

    def get(self, column: Column) -> str:
        """The cell; "" where it is empty or not there."""
        return self.cells.get(column, "")

    @property
    def name(self) -> str:
        """The full name, or first and last name; beside one of these, a "Name" that lacks it is the other."""
        name, first, last = self.get(Column.NAME), self.get(Column.FIRST), self.get(Column.LAST)
        is_whole = not (first or last) or (first and last) or (first or last).casefold() in name.casefold()
        if name and is_whole:
            return name
        return " ".join(filter(None, (first or name, last or name)))

    @property
    def student(self) -> Student:
        """Whose it is. The course's own id goes before the LMS's, then the e-mail, then the name."""
        email, lms = self.get(Column.EMAIL), self.get(Column.LMS)
        return Student(self.get(Column.ID) or lms or email or self.name, self.name, email, lms)


@dataclass(frozen=True, slots=True)
class LmsTable:
    """A table whose header is understood, at least in part."""

    path: Path
    table: Table
    columns: Sequence[Column | None]
    dialect: Dialect

    @property
    def header(self) -> list[str]:
        """The first line, as it is written."""
        return self.table.rows[0]

    @property
    def is_worksheet(self) -> bool:
        """Whether it is Moodle's grading worksheet, which is roster, times, extensions and sheet in one."""
        return Column.SUBMITTED in self.columns and Column.GRADE in self.columns

    def place(self, column: Column) -> int | None:
        """Where the first column of this kind is."""
        return next((place for place, held in enumerate(self.columns) if held is column), None)

    def people(self) -> Iterator[PersonRow]:
        """Every line that holds something of a person. Raises UsageError for ids that a spreadsheet shortened."""
        for index, row in enumerate(self.table.rows[1:], 1):
            cells = dict(reversed([*self._cells(index, row)]))  # of two columns of a kind, the first
            if cells:
                yield PersonRow(index, self.table.lines[index], cells)

    def points_row(self) -> Sequence[str] | None:
        """Canvas' line of what each assignment is worth."""
        rows = (row for row in self.table.rows[1:] if self.dialect.is_canvas and row)
        return next((row for row in rows if row[0].strip().casefold().startswith(_POINTS)), None)

    def dressed_up(self) -> list[tuple[int, str, str]]:
        """(line, as written, as read) of every id that a spreadsheet wrote in a way of its own."""
        return [
            (self.table.lines[index], text, repaired(text))
            for index, row in enumerate(self.table.rows[1:], 1)
            for column, text in self._filled(row)
            if column in NUMBERS and repaired(text) != text
        ]

    def _cells(self, index: int, row: Sequence[str]) -> Iterator[tuple[Column, str]]:
        for column, text in self._filled(row):
            if column in NUMBERS:
                if _LOST.fullmatch(text):
                    where = f"{self.path}, line {self.table.lines[index]}"
                    raise UsageError(
                        f"{where}: a spreadsheet shortened an id to {text}, and its last digits are gone. Export the "
                        "table again and give it as it comes, or have the column be text before you save it."
                    )
                text = repaired(text).removeprefix("#")  # Brightspace writes "#2022"
            yield column, lms_number(text) if column is Column.LMS else text

    def _filled(self, row: Sequence[str]) -> Iterator[tuple[Column, str]]:
        """The cells under headers that are known, but for those of a line that is nobody's."""
        if not (self.dialect.is_canvas and _is_about_points(row)):
            for column, text in zip(self.columns, row, strict=False):
                if column is not None and text.strip():
                    yield column, text.strip()


def read_lms_table(path: Path) -> LmsTable:
    """The table at `path`. Raises UsageError where it is none, or none of its headers is known."""
    table = open_lms_table(path)
    if not any(table.columns):
        column_names = "id, name, email; or id, time; or id, due"
        raise UsageError(
            f"{path}: its first line contains no known column name; it has to name the columns: {column_names}."
        )
    return table


def open_lms_table(path: Path) -> LmsTable:
    """The table at `path`, whatever its headers are. Raises UsageError."""
    table = read_table(path)
    return LmsTable(path, table, columns(table.rows[0]), dialect_of(table.rows[0]))


def repaired(text: str) -> str:
    """A cell as it was before a spreadsheet: `="2022"`, `'2022` and `2022.0` are 2022."""
    match = _QUOTED.fullmatch(text)
    text = next(filter(None, match.groups()), "") if match else text
    return text.strip()


def lms_number(identifier: str) -> str:
    """Moodle's "Participant 101" or "Teilnehmer/in101" -> "101", in any language; a login such as s0310000 stays.

    What looks like a login, and is Polish, is known by its word.
    """
    return re.sub(r"^(?:(?=\D*[ /·*:]|[^\x00-\x7f])\D+|Uczestnik)(?=\d+$)", "", identifier)


def _is_about_points(row: Sequence[str]) -> bool:
    """Canvas' lines between the header and the people: "Points Possible", "Manual Posting"; and its test student."""
    first = (row[0] if row else "").strip().casefold()
    both = ", ".join(cell.strip().casefold() for cell in row[:2])
    return not first or first.startswith(_POINTS) or first in _TEST_STUDENTS or both in _TEST_STUDENTS
