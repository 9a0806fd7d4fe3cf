"""One line of a proof as it was read, and the comparison of two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import equality, shown
from .bounds import MAX_LINES, Budget, TooMuchError
from .calculus import substitute
from .polar import CHAIN_RULE, PolarReader, names
from .reading import UndecidableError, UnreadableError

POLAR, CARTESIAN = frozenset({"f_r", "f_theta"}), frozenset({"f_x", "f_y"})


@dataclass(frozen=True)
class Line:
    """`value` is in the contract's symbols, None where it could not be read: `wrong` or `unclear` then says why."""

    value: Any = None
    symbols: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    wrong: str = ""
    unclear: str = ""
    text: str = ""
    notes: tuple[str, ...] = ()
    rounded: bool = False


def of(value: Any) -> Line:
    """A line of our own."""
    return Line(value, names(value))


def read(answer: Any, budget: Budget, *, chained: bool = False) -> Line:
    """A student's line. None stands for something that the trusted side could not send."""
    if answer is None:
        return Line(unclear="it has a part that this program does not know")
    reader = PolarReader(budget, chained=chained)
    try:
        value = reader.expression(answer)
    except UnreadableError as error:
        return Line(wrong=f"the expression {error}", text=shown.text(answer))
    except UndecidableError as error:
        return Line(unclear=f"it {error}", text=shown.text(answer))
    except TooMuchError as error:
        return Line(unclear=str(error))
    unknown, notes = tuple(reader.unknown), tuple(reader.notes)
    return Line(value, names(value), unknown, "", "", shown.text(answer), notes, reader.rounded)


def read_all(answers: Sequence[Any], budget: Budget) -> list[Line]:
    if len(answers) > MAX_LINES:
        return [Line(unclear=f"the proof has more than {MAX_LINES} lines")] * len(answers)
    return [read(answer, budget) for answer in answers]


def compare(mine: Line, other: Line, budget: Budget) -> equality.Answer:
    """Whether both are equal, f_r and f_theta being what the chain rule makes of them where f_x or f_y are about."""
    if mine.wrong or other.wrong or mine.unknown or other.unknown:
        return equality.Answer("different", why=mine.wrong or other.wrong)
    if mine.unclear or other.unclear:
        return equality.Answer("undecided", why=mine.unclear or other.unclear)
    together = mine.symbols | other.symbols
    rule = CHAIN_RULE if together & POLAR and together & CARTESIAN else {}
    left, right = substitute(mine.value, rule), substitute(other.value, rule)
    return equality.compare(left, right, budget, rounded=mine.rounded or other.rounded)
