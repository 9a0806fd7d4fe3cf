"""What a student answers about the neuron, read: convention, labels, lists of nine expressions."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.api import CallFailure, Opaque, Outcome, Tree
from grader.assignment.convolution.convolve import CONVENTIONS
from grader.assignment.neuron.weights import ENOUGH_LABELS, NEURONS, ROW_BY_ROW, Labels, Offset
from grader.oracles import trees
from grader.oracles.expression_judge import is_unsent_expression
from grader.oracles.numeric import UnreadableError, read_array
from grader.oracles.numeric.arrays import IS_NONE

MAX_POSITION = 6  # rows and columns asked for lie between 1 and this: no larger than a map one would draw

_ROW_BY_ROW_NOTE = "3.1 has fewer than five right labels, so y_1 to y_9 were read row by row."
_OWN_LABELS_NOTE = "Carried forward from 3.1: judged by your own labels; entries at wrong labels do not count."


class UnsentError(UnreadableError):
    """An expression that could not be sent here: perhaps right, and a person's to judge."""


def read_convention(ask: Callable[[], Any]) -> tuple[str, tuple[str, ...]]:
    """The convention that the submission declares, or the default and a note that says so."""
    default = CONVENTIONS[0]
    try:
        value = ask()
    except CallFailure as fault:
        note = (
            (f"CONVENTION is not set, so * was read as {default}.",) if fault.verdict.outcome is Outcome.MISSING else ()
        )
        return default, note
    name = "-".join(value.lower().replace("_", " ").replace("-", " ").split()) if isinstance(value, str) else ""
    if name in CONVENTIONS:
        return name, ()
    shown = f'"{value[:40]}"' if isinstance(value, str) else "what it is set to"
    allowed = " or ".join(f'"{item}"' for item in CONVENTIONS)
    return default, (f"CONVENTION may be {allowed}; {shown} is neither, so * was read as {default}.",)


def inner_positions(seed: int) -> list[Offset]:
    """Where to put x_1: every row meets a column, and every column a row, with every seed, so that an answer which is
    wrong in some rows or columns, or where they are odd, is wrong with every seed; which two meet is drawn.

    Row and column are always different, so that swapping them shows. The same for every check, so that each is asked
    about once.
    """
    draw = np.random.default_rng([seed, *b"x_1"])
    while True:
        places = [(row, int(col)) for row, col in enumerate(1 + draw.permutation(MAX_POSITION), 1)]
        parities = {(row % 2, col % 2) for row, col in places}
        if len(parities) == 4 and all(row != col for row, col in places):
            return [places[index] for index in draw.permutation(MAX_POSITION)]


def read_positions(value: Any) -> list[Offset]:
    """Nine (row, col). Raises UnreadableError."""
    if isinstance(value, Opaque | dict | str):
        raise UnreadableError(_is_no(value, "a list of nine pairs (row, col)"))
    array = read_array(value).values
    if array.ndim == 0:
        raise UnreadableError("is a single value where a list of nine pairs was expected")
    if array.shape[:1] != (NEURONS,):
        hint = ". range(a, b) ends at b − 1; are your ranges one short?" if array.shape == (4, 2) else ""
        raise UnreadableError(f"{_not_nine(value)}{hint}")
    if array.shape != (NEURONS, 2):
        raise UnreadableError("should hold nine pairs (row, col)")
    if np.iscomplexobj(array) or (array != np.round(array)).any():
        raise UnreadableError("holds positions that are not whole numbers")
    return [(int(row), int(col)) for row, col in array]


def read_labels(function: Callable[..., Any], positions: Sequence[Offset]) -> Labels:
    """The student's own order, if enough labels are right; row by row otherwise.

    A label is right where it means the same neighbour at every position: an answer for one place alone is no label.
    """
    answers: list[list[Offset]] = []
    for row, col in positions:
        try:
            answers.append([(r - row, c - col) for r, c in read_positions(function(row, col))])
        except (CallFailure, UnreadableError):
            continue
    offsets = tuple(
        label[0] if label[0] in ROW_BY_ROW and len(set(label)) == 1 else None for label in zip(*answers, strict=True)
    )
    right = len(set(offsets) - {None})
    if right < ENOUGH_LABELS:
        return Labels(note=_ROW_BY_ROW_NOTE)
    return Labels(offsets, "" if right == NEURONS else _OWN_LABELS_NOTE)


def read_nine(value: Any) -> list[Tree]:
    """Nine expressions from a list, a row or a column. Raises UnreadableError, UnsentError."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list):
        raise UnreadableError(_is_no(value, "a list of nine expressions"))
    if len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if len(value) != NEURONS:
        raise UnreadableError(_not_nine(value))
    return [_expression(item, _holds_no) for item in value]


def read_own(ask: Callable[..., Any], *args: Any) -> list[Tree] | None:
    """The student's own answer to an earlier point, None where it is no list of nine."""
    try:
        return read_nine(ask(*args))
    except (CallFailure, UnreadableError):
        return None


def read_expression(value: Any) -> Tree:
    """One expression. Raises UnreadableError, UnsentError."""
    return _expression(value, _is_no)


def _expression(value: Any, refused: Callable[[Any, str], str]) -> Tree:
    """One expression; matrices of one entry are unwrapped."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if is_unsent_expression(value):
        raise UnsentError(f"has {value.reason}")
    if isinstance(value, Tree):
        if value.head == "Equality":
            raise UnreadableError("holds an equation; only its right-hand side is asked for")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableError(refused(value, "an expression"))
    whole = isinstance(value, int) or value.is_integer()
    return trees.integer(int(value)) if whole else Tree("Float", (value,))


def _not_nine(value: Any) -> str:
    return f"has {len(value)} entries, and nine are expected: one for each of y_1 to y_9"


def _is_no(value: Any, expected: str) -> str:
    return IS_NONE if value is None else f"is {_kind(value)} where {expected} was expected"


def _holds_no(value: Any, expected: str) -> str:
    return f"holds {_kind(value)} where {expected} was expected"


def _kind(value: Any) -> str:
    if isinstance(value, Opaque):
        return value.reason
    kinds = {str: "text", dict: "a dictionary", list: "a list", bool: "a truth value", type(None): "None"}
    return kinds.get(type(value), "a single value")
