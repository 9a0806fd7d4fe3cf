"""Read CSV from spreadsheets of all kinds, and write it so that no spreadsheet takes a cell for a formula."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.report.plain_text import one_line

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), wide forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods are zips; .xls is Microsoft's compound file
MAX_CELL = 2_000  # characters; a spreadsheet's cell takes 32,767, a reader less
Row = Sequence[str | float | None]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, at least a header, the line on which each begins, and the character between the cells."""

    rows: list[list[str]]
    lines: list[int]
    delimiter: str


def read_table(path: Path) -> Table:
    """A table with comma, semicolon or tab, in UTF-8 (with its mark or without), UTF-16 or Windows' encoding.

    A quotation mark that is not closed would swallow the lines below it, so it is refused. Raises UsageError.
    """
    text, skipped = _text(path), 0
    first_line, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=.\r?", first_line):  # Excel's own line about the delimiter
        text, skipped = rest, 1
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], [skipped + 1]
    try:
        for row in reader:
            rows.append(row)
            lines.append(skipped + reader.line_num + 1)
    except csv.Error as error:
        raise UsageError(
            f"{path}, line {lines[-1]}: this line cannot be read ({error}). A cell that begins with a quotation "
            "mark needs one at its end, and two for each within."
        ) from error
    return Table(rows or [[]], lines[: len(rows) or 1], delimiter)


def bare(header: str) -> str:
    """A header's letters of any alphabet, small and without accents: "E-Mail-Adresse" -> "emailadresse"."""
    return "".join(char for char in unicodedata.normalize("NFKD", header.casefold()) if char.isalpha())


def table(rows: Iterable[Row], delimiter: str = ",") -> Iterator[str]:
    """The lines of a CSV whose cells no spreadsheet takes for a formula."""
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=delimiter).writerow([cell(value) for value in row])
        yield line.getvalue()


def cell(value: str | float | None) -> str:
    """One cell: a number as it is, a text in one line, with an apostrophe before what a spreadsheet would calculate."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{value:.6f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""
    if value == "-":  # Moodle's word for nothing
        return value
    text = one_line(value, MAX_CELL) if value.strip() else value
    return f"'{text}" if value.startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    if content.startswith(_SPREADSHEETS):
        raise UsageError(f"{path}: this is a spreadsheet's own file; save it as CSV and give that.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:2]:  # UTF-16 without its mark
        return content.decode("utf-16-le" if content[1] == 0 else "utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
