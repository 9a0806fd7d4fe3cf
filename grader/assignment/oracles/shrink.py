"""The smallest input on which an answer is wrong: a ladder of small cases, climbed from below, and its picture."""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from grader.api import CallFailure, Outcome
from grader.assignment.oracles.agreement import complaint, heard, nearest
from grader.assignment.oracles.arrays import Answer, Case
from grader.assignment.oracles.reading import Numbers

MAX_SECONDS = 1.0  # a student waits for this; the ladders have at most 14 cases and take some milliseconds
MAX_SHOWN = 100  # entries of a wrong answer: the ladders' own have at most 36
INLINE_CHARACTERS = 150  # a smallest input that takes no more is told in the sentence itself


def smallest(function: Callable[..., Any], ladder: Sequence[Case]) -> tuple[Case, Answer] | None:
    """The first case of the ladder whose answer is wrong; None where all are right, or no more answers come."""
    deadline = time.monotonic() + MAX_SECONDS
    for case in ladder:
        if time.monotonic() > deadline:
            return None
        try:
            given = heard(function(*case.inputs.values()), case)
        except CallFailure as fault:
            if fault.verdict.outcome is not Outcome.ERROR:
                return None
            continue
        if complaint(case, given):
            return case, given
    return None


def evidence(case: Case, given: Answer) -> dict[str, Any]:
    """The case as plain data: input, expected, got, difference, and the same as a picture."""
    got = given.raw if given.raw is not None and given.raw.size <= MAX_SHOWN else None
    expected = case.expected if given.values is None else nearest(given.values, case, given.precision)
    difference = got - expected if got is not None and got.shape == expected.shape else None
    columns: dict[str, Numbers] = {**case.inputs, "expected": expected}
    if got is not None:
        columns |= {"got": got}
    if difference is not None:
        columns |= {"difference": difference}
    return {
        "input": {name: _plain(array) for name, array in case.inputs.items()},
        "expected": _plain(expected),
        "got": given.problem or "too large to be shown" if got is None else _plain(got),
        "difference": None if difference is None else _plain(difference),
        "picture": picture(columns),
    }


def inline(case: Case, given: Answer) -> str:
    """The case in one line, or nothing where that would be long."""
    if given.raw is None or given.values is None:
        return ""
    inputs = ", ".join(f"{name} = {_line(array)}" for name, array in case.inputs.items())
    either = " (for example)" if case.tied else ""
    text = f"For {inputs}: expected {_line(case.expected)}{either}, got {_line(given.raw)}."
    return text if len(text) <= INLINE_CHARACTERS else ""


def picture(arrays: Mapping[str, Any]) -> str:
    """Arrays side by side, each under its name, columns aligned; leading axes of length 1 are left out."""
    blocks = [_block(name, array) for name, array in arrays.items()]
    widths = [max(len(line) for line in block) for block in blocks]
    rows = zip_longest(*blocks, fillvalue="")
    return "\n".join(
        "   ".join(line.ljust(width) for line, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _block(name: str, array: Any) -> list[str]:
    lines = [name]
    if array.size == 0:
        return [*lines, f"empty {array.shape}"]
    maps = array.reshape(-1, *array.shape[-2:]) if array.ndim > 2 else np.atleast_2d(array)[None]
    width = max(len(_number(entry)) for entry in array.ravel().tolist())
    for index, rows in enumerate(maps):
        lines += [""] if index else []
        lines += [" ".join(_number(entry).rjust(width) for entry in row) for row in rows.tolist()]
    return lines


def _line(array: Any) -> str:
    """A nested list without the leading axes of length 1."""
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    return _nested(array.tolist())


def _nested(value: Any) -> str:
    return f"[{', '.join(_nested(item) for item in value)}]" if isinstance(value, list) else _number(value)


def _number(value: float | complex) -> str:
    return f"{value + 0:g}"  # + 0 turns -0.0 into 0


def _plain(array: Any) -> Any:
    """Nested lists of numbers as JSON has them: integers where they are, complex numbers as text."""
    return [_plain(item) for item in array] if array.ndim else _scalar(array.item())


def _scalar(value: float | complex) -> float | int | str:
    if isinstance(value, complex):
        return f"{value:g}"
    return int(value) if value == int(value) else value
