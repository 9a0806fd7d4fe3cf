"""Read a verdict's evidence by its shape: the vocabulary that checks write and renderers draw.

`Verdict.evidence` is plain JSON data. A check puts into it what it likes; these keys and shapes are drawn as what they
are, and everything else as a line:

- `input`, a mapping from names to arrays, and `expected`, `got`, `difference`, arrays: small aligned tables with what
  differs marked, and a picture of where.
- A mapping from names to lists of numbers, all of one length: a curve for each (loss and accuracy, by epoch).
- A list of mappings, or a mapping to mappings: a table.
- A text of several lines: a quotation; under `paste`, lines of Python that make the call once more.

Two keys are drawn nowhere, as keys of a table's rows neither: `example`, the part of the message that the arrays tell
again, and `measurement`, how something was measured, for whoever looks into results.json.

An array is a number or nested lists of numbers of equal lengths; "nan", "inf" and "-inf" are numbers. All is bounded.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.report.grids import MIN_DIGITS, Grid, enough_digits, figure, grids, is_number, marks_of, number, shape
from grader.report.plain_text import clean, one_line

MAX_KEYS = 40
MAX_ROWS = 200  # of one table
MAX_COLUMNS = 12
MAX_LENGTH = 1_000  # of one curve, in epochs
MAX_TEXT = 20_000  # of one quotation: what a check may send of a student's prose
MAX_LINE = 300
MAX_NAME = 60
MAX_DEPTH = 4  # of nested values that are shown in one line
_ARRAYS = ("input", "expected", "got", "difference")
_NAMES = {"paste": "To try it in Python"}
EXAMPLE = "example"
_UNDRAWN = frozenset({EXAMPLE, "measurement"})


@dataclass(frozen=True, slots=True)
class Arrays:
    """The smallest failing input with its results; `where` are the maps of the difference, for a picture."""

    grids: tuple[Grid, ...]
    where: tuple[Grid, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Numbers over equal steps, by what they are; None is a gap."""

    name: str
    series: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under their columns; `left_out` is the number of rows that were too many."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Quotation:
    name: str
    text: str


Block = Arrays | Curves | Table | Fact | Quotation


def read(evidence: Mapping[str, Any]) -> list[Block]:
    """The blocks that `evidence` is drawn as: arrays first, then in the order of its keys. Never fails."""
    arrays = _arrays(evidence)
    blocks: list[Block] = [arrays] if arrays.grids else []
    for key, value in list(evidence.items())[:MAX_KEYS]:
        if value is not None and key not in _UNDRAWN and not (arrays.grids and _is_drawn(key, value)):
            blocks += _block(_NAMES.get(key) or _label(key), value)
    return blocks


def _arrays(evidence: Mapping[str, Any]) -> Arrays:
    inputs = evidence.get("input")
    named: Any = list(inputs.items())[:MAX_KEYS] if isinstance(inputs, Mapping) else [("input", inputs)]
    others = [(key, evidence.get(key)) for key in _ARRAYS[1:]]
    expected, got, _ = (value for _, value in others)
    marks = marks_of(*(value for _, value in others))
    digits = enough_digits([value for _, value in named], expected, got, marks)
    shown = [grid for key, value in named for grid in grids(_label(key), value, {}, digits)]
    alike = _differ_by_axes_of_one(expected, got)
    for key, value in others:
        name = f"{key}, shape {shape(value)}" if alike and key != "difference" else key
        shown += grids(name, value, marks if key != "expected" else {}, MIN_DIGITS if key == "difference" else digits)
    where = grids("", evidence.get("difference"), marks) if marks else ()
    return Arrays(tuple(shown), tuple(where))


def _differ_by_axes_of_one(expected: Any, got: Any) -> bool:
    """Whether two arrays look the same as tables, and are of different shapes: (1, 1) for (1,)."""
    sizes, others = shape(expected), shape(got)
    return (
        sizes is not None
        and others is not None
        and sizes != others
        and [size for size in sizes if size != 1] == [size for size in others if size != 1]
    )


def _is_drawn(key: str, value: Any) -> bool:
    """Whether the arrays show this already."""
    values = list(value.values()) if isinstance(value, Mapping) else [value]
    return key in _ARRAYS and all(shape(item) is not None for item in values)


def _block(name: str, value: Any) -> list[Block]:
    match value:
        case Mapping() if series := _series(value):
            return [Curves(name, series)]
        case Mapping() if value and all(isinstance(item, Mapping) for item in value.values()):
            return [_table(name, [{"": key, **item} for key, item in list(value.items())[:MAX_ROWS]], len(value))]
        case Mapping():
            return [Fact(f"{name}: {_label(key)}", _line(item)) for key, item in list(value.items())[:MAX_KEYS]]
        case [Mapping(), *_] if all(isinstance(item, Mapping) for item in value[:MAX_ROWS]):
            return [_table(name, value[:MAX_ROWS], len(value))]
        case str() if "\n" in value.strip() or len(value) > MAX_LINE:
            return [Quotation(name, clean(value, MAX_TEXT))]
        case _:
            return [Fact(name, _line(value))] if value not in ([], "") else []


def _series(value: Mapping[Any, Any]) -> dict[str, tuple[float | None, ...]]:
    """The curves of a mapping; empty if it is anything else."""
    lists = list(value.items())[:MAX_KEYS]
    if not all(_is_curve(items) for _, items in lists) or len({len(items) for _, items in lists}) != 1:
        return {}
    return {_label(key): tuple(_finite(item) for item in items) for key, items in lists}


def _is_curve(items: Any) -> bool:
    listed = isinstance(items, list | tuple) and 1 < len(items) <= MAX_LENGTH
    return listed and all(item is None or is_number(item) for item in items)


def _finite(item: Any) -> float | None:
    return value if item is not None and math.isfinite(value := number(item)) else None


def _table(name: str, rows: Sequence[Mapping[Any, Any]], total: int) -> Table:
    keys = dict.fromkeys(key for row in rows for key in list(row)[:MAX_COLUMNS])
    columns = [key for key in keys if key not in _UNDRAWN][:MAX_COLUMNS]
    texts = [tuple(_line(row[column]) if column in row else "" for column in columns) for row in rows]
    return Table(name, tuple(_label(column) for column in columns), tuple(texts), total - len(rows))


def _line(value: Any, depth: int = MAX_DEPTH) -> str:
    """A value in one line, nested ones too."""
    match value:
        case Mapping() | list() | tuple() if depth == 0:
            inner = "…"
        case Mapping():
            items = list(value.items())[:MAX_COLUMNS]
            inner = ", ".join(f"{_label(key)} {_line(item, depth - 1)}" for key, item in items)
        case list() | tuple():
            inner = ", ".join(_line(item, depth - 1) for item in value[:MAX_KEYS])
        case _:
            inner = figure(value)
    return one_line(inner, MAX_LINE)


def _label(key: Any) -> str:
    """best_accuracy -> best accuracy."""
    return one_line(str(key)[: 4 * MAX_NAME], MAX_NAME).replace("_", " ")
