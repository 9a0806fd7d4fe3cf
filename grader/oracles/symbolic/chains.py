"""Chains of expressions, each equal to the one before: reading the lines, and comparing two of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from . import equality, printer
from .bounds import MAX_LINES, TooMuchError
from .calculus import substitute
from .domain import Question
from .reading import Reader, UndecidableError, UnreadableError


@dataclass(frozen=True, slots=True)
class Line:
    """`value` is in the domain's symbols, None where it could not be read: `wrong` or `unclear` then says why."""

    value: Any = None
    symbols: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    wrong: str = ""
    unclear: str = ""
    text: str = ""
    notes: tuple[str, ...] = ()
    decimals: frozenset[Any] = frozenset()  # the rounded numbers in it

    @classmethod
    def of(cls, value: Any) -> "Line":
        """A line of our own."""
        return cls(value, symbols_of(value))


def read(answer: Any, reader: Reader) -> Line:
    """A student's line. None stands for something that could not be sent here."""
    if answer is None:
        return Line(unclear="it has a part that this program does not know")
    try:
        value = reader.expression(answer)
    except UnreadableError as error:
        return Line(wrong=f"the expression {error}", text=printer.text(answer))
    except UndecidableError as error:
        return Line(unclear=f"it {error}", text=printer.text(answer))
    except TooMuchError as error:
        return Line(unclear=str(error))
    unknown, notes = tuple(reader.unknown), tuple(reader.notes)
    return Line(value, symbols_of(value), unknown, "", "", printer.text(answer), notes, frozenset(reader.decimals))


def read_all(answers: Sequence[Any], reader: Callable[[], Reader]) -> list[Line]:
    """All lines, each with a reader of its own."""
    if len(answers) > MAX_LINES:
        return [Line(unclear=f"the proof has more than {MAX_LINES} lines")] * len(answers)
    return [read(answer, reader()) for answer in answers]


def compare(
    mine: Line, other: Line, question: Question, rule: dict[Any, Any] | None = None, *, witnessed: bool = True
) -> equality.Answer:
    """Whether both are equal, with `rule` (symbol -> expression) put into both first. See `equality.compare`."""
    if mine.wrong or other.wrong or mine.unknown or other.unknown:
        return equality.Answer("different", why=mine.wrong or other.wrong)
    if mine.unclear or other.unclear:
        return equality.Answer("undecided", why=mine.unclear or other.unclear)
    left, right = substitute(mine.value, rule or {}), substitute(other.value, rule or {})
    return equality.compare(left, right, question, decimals=mine.decimals | other.decimals, witnessed=witnessed)


def steps(lines: Sequence[Line], compared: Callable[[Line, Line], equality.Answer]) -> list[equality.Answer]:
    """The answers on lines 1, 2, ..., each compared with the one before."""
    return [compared(after, before) for before, after in pairwise(lines)]


def symbols_of(node: Any) -> frozenset[str]:
    """The symbols that occur in it, those with a factor of zero or a power of zero not counted."""
    name = getattr(node, "name", None)
    if name is not None and not node.args:
        return frozenset([name])
    if (node.is_Mul and 0 in node.args) or (node.is_Pow and node.args[1] == 0):
        return frozenset()
    return frozenset[str]().union(*(symbols_of(part) for part in node.args))
