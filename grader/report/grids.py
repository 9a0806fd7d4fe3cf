"""Lay arrays of numbers out as small tables: entries aligned, and marked where they differ from what was expected."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grader.oracles import figures
from grader.report.plain_text import one_line

MAX_ENTRIES = 400  # of one array: 20 × 20, the most that a reader takes in
MAX_AXIS = 10_000  # entries along one axis that are looked at: what is longer is no array for this page
MAX_AXES = 8
MAX_INTEGER_DIGITS = 300  # of an integer: more than a float can hold, nobody reads
MIN_DIGITS, MAX_DIGITS = figures.DIGITS, 9  # of a number that is shown: more make a table too wide to be read
MAX_TEXT = 300  # characters of a value that is no number
NOISE = 1e-6  # of the largest number in sight: a difference below it is rounding, not the mistake
LEVELS = 3  # of a difference: small, medium, large among its like

Mark = Literal["", "high", "low", "other"]


@dataclass(frozen=True, slots=True)
class Cell:
    """An entry of an array. `mark` says how it differs from what was expected; `level`, 1 to 3, by how much."""

    text: str
    mark: Mark = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """One map of an array: its last two axes. `name` ends in the indices of the others, if there are several maps."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def shape(value: Any, axes: int = MAX_AXES) -> tuple[int, ...] | None:
    """The lengths of rectangular nested lists of numbers; () for a number; None for anything else."""
    if is_number(value):
        return ()
    if not axes or not isinstance(value, list | tuple) or not 0 < len(value) <= MAX_AXIS:
        return None
    inner = shape(value[0], axes - 1)
    if inner is None or any(shape(item, axes - 1) != inner for item in value[1:]):
        return None
    return (len(value), *inner)


def is_number(value: Any) -> bool:
    """Whether a value is a number, or one of the words that stand for those which JSON does not have."""
    if isinstance(value, str):
        return value in ("nan", "inf", "-inf")
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Any) -> float:
    """The value of what `is_number`."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def figure(value: Any, digits: int = MIN_DIGITS) -> str:
    """A value for a reader: a number with `digits` significant digits, no trailing zeros and no negative zero."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int() if abs(value) < 10**6:
            return str(value)
        case int() if abs(value) >= 10**MAX_INTEGER_DIGITS:
            return "a huge integer"
        case int() | float():
            return figures.figure(value, digits)
        case _:
            return one_line(str(value)[: 4 * MAX_TEXT], MAX_TEXT)


def marks_of(expected: Any, got: Any, difference: Any) -> dict[int, tuple[Mark, int]]:
    """Flat index -> (direction, level) of each difference that is more than rounding; the level is relative to the
    largest difference."""
    if shape(difference) is None or shape(difference) != shape(got):
        return {}
    errors = [number(entry) for entry in _flat(difference)]
    largest = max((abs(error) for error in errors if math.isfinite(error)), default=0.0)
    sizes = [abs(size) for entry in _flat(expected) if math.isfinite(size := number(entry))]
    floor = NOISE * max([largest, *sizes])
    return {
        place: _mark(error, largest)
        for place, error in enumerate(errors)
        if not math.isfinite(error) or abs(error) > floor
    }


def enough_digits(arrays: Sequence[Any], expected: Any, got: Any, marks: Mapping[int, tuple[Mark, int]]) -> int:
    """The fewest digits that tell apart the entries of each array, and the expected and got of each marked entry."""
    columns = [list(_flat(array)) for array in arrays if shape(array) is not None]
    columns = [entries for entries in columns if len(entries) <= MAX_ENTRIES]
    pairs = list(zip(_flat(expected), _flat(got), strict=False)) if marks else []
    for digits in range(MIN_DIGITS, MAX_DIGITS):
        apart = all(len({figure(entry, digits) for entry in entries}) == len({*entries}) for entries in columns)
        if apart and all(
            figure(a, digits) != figure(b, digits) for place, (a, b) in enumerate(pairs) if place in marks
        ):
            return digits
    return MAX_DIGITS


def grids(name: str, value: Any, marks: Mapping[int, tuple[Mark, int]], digits: int = MIN_DIGITS) -> Iterator[Grid]:
    """The maps of an array; nothing if `value` is not an array, its shape in words if it is too large."""
    lengths = shape(value)
    if lengths is None:
        return
    if math.prod(lengths) > MAX_ENTRIES:
        words = " × ".join(map(str, lengths))
        yield Grid(name, ((Cell(f"{words}, too large to be shown"),),))
        return
    height, width = (1, 1, *lengths)[-2:]
    texts = _aligned(list(_flat(value)), digits)
    cells = [Cell(text, *marks.get(place, ("", 0))) for place, text in enumerate(texts)]
    for which, start in enumerate(range(0, len(cells), height * width)):
        rows = [tuple(cells[start + row * width : start + (row + 1) * width]) for row in range(height)]
        yield Grid(f"{name}{_index(which, lengths[:-2])}", tuple(rows))


def _mark(error: float, largest: float) -> tuple[Mark, int]:
    if not math.isfinite(error):
        return "other", LEVELS
    return "high" if error > 0 else "low", min(LEVELS, 1 + int(LEVELS * (abs(error) / largest)))


def _index(which: int, axes: Sequence[int]) -> str:
    """[1, 0]: which map of several; nothing where there is only one."""
    if math.prod(axes) < 2:
        return ""
    index: list[int] = []
    for length in reversed(axes):
        which, place = divmod(which, length)
        index.insert(0, place)
    return f" {index}"


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    elif is_number(value):
        yield value


def _aligned(entries: Sequence[Any], digits: int) -> list[str]:
    """The numbers with their points below each other: padded at the right with spaces that a browser keeps."""
    texts = [figure(entry, digits) for entry in entries]
    tails = [len(text) - text.find(".") if "." in text and "e" not in text else 0 for text in texts]
    widest = max(tails, default=0)
    return [text + "\N{NO-BREAK SPACE}" * (widest - tail) for text, tail in zip(texts, tails, strict=True)]
