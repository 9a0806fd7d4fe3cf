"""The smallest input on which a function fails: minimal cases, tried from the smallest up, and what to show of one."""

import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model import CallFailure, Outcome
from grader.oracles.figures import DIGITS, digits_apart, figure
from grader.oracles.numeric.arrays import Numbers
from grader.oracles.numeric.comparison import Answer, Case, mismatch, read_and_compare

MAX_SECONDS = 3.0  # a student waits for this; a list of minimal cases takes some milliseconds
MAX_SHOWN = 100  # entries of a wrong answer: minimal cases have at most 36
INLINE_CHARACTERS = 150  # a smallest input that is no longer than this is written into the sentence itself

Tried = tuple[Case, Answer | CallFailure]


def each_tried(function: Callable[..., Any], minimal_cases: Sequence[Case]) -> Iterator[Tried]:
    """What came for each minimal case, as far as time allows and the function answers or raises."""
    deadline = time.monotonic() + MAX_SECONDS
    for case in minimal_cases:
        if time.monotonic() > deadline:
            return
        try:
            answer = read_and_compare(function(*case.inputs.values()), case)
        except CallFailure as failure:
            if failure.verdict.outcome is not Outcome.ERROR:
                return
            yield case, failure
        else:
            yield case, answer


def first_raising(function: Callable[..., Any], cases: Iterable[Case]) -> tuple[Case, CallFailure] | None:
    """The first case for which the call raises, as far as time allows; None where none does. They may be many: what is
    returned is not looked at."""
    deadline = time.monotonic() + MAX_SECONDS
    for case in cases:
        try:
            function(*case.inputs.values())
        except CallFailure as failure:
            return (case, failure) if failure.verdict.outcome is Outcome.ERROR else None
        if time.monotonic() > deadline:
            break
    return None


def boxes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All shapes that fit into one and have no axis of length 0: those of the fewest entries first, long in their last
    axes rather than in their first."""
    within = itertools.product(*(range(1, size + 1) for size in shape))
    return sorted(within, key=lambda box: (math.prod(box), box))


def first_wrong(tried: Iterable[Tried]) -> tuple[Case, Answer] | None:
    """The first case whose answer is wrong; None where none is."""
    answered = ((case, item) for case, item in tried if isinstance(item, Answer))
    return next((item for item in answered if mismatch(*item)), None)


def evidence(function: Callable[..., Any], case: Case, answer: Answer) -> dict[str, Any]:
    """The case as plain data: input, expected, got, difference, and lines to paste."""
    got = answer.raw if answer.raw is not None and answer.raw.size <= MAX_SHOWN else None
    expected = _nearest(case, answer)
    difference = got - expected if got is not None and got.shape == expected.shape else None
    return {
        "input": {name: _plain(array) for name, array in case.inputs.items()},
        "expected": _plain(expected),
        "got": answer.problem or "too large to be shown" if got is None else _plain(got),
        "difference": None if difference is None else _plain(difference),
        "paste": to_paste(function, case),
    }


def input_evidence(function: Callable[..., Any], case: Case) -> dict[str, Any]:
    """The same where no value came: a call that raised."""
    if sum(array.size for array in case.inputs.values()) > MAX_SHOWN:
        return {}
    inputs = {name: _plain(array) for name, array in case.inputs.items()}
    return {"input": inputs, "paste": to_paste(function, case)}


def to_paste(function: Callable[..., Any], case: Case) -> str:
    """Lines of Python that make the same call, in the folder that the function's module is in."""
    imports = ["import numpy as np", f"from {function.__module__} import *"]
    arguments = [f"{name} = {_to_paste(array)}" for name, array in case.inputs.items()]
    *before, call = (case.call or f"{name_of(function)}({', '.join(case.inputs)})").splitlines()
    return "\n".join([*imports, *arguments, *before, f"print({call})"])


def name_of(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "function"))


def _to_paste(array: NDArray[Any]) -> str:
    if not array.size:
        return f"np.zeros({array.shape})"
    return f"np.array({_literal(array)})" if array.ndim else _literal(array)


def sentence(case: Case, answer: Answer) -> str:
    """The case in one line, or nothing where that would be long."""
    if answer.raw is None or answer.values is None:
        return ""
    inputs = ", ".join(f"{name} = {_inline(array)}" for name, array in case.inputs.items())
    either = " (for example)" if case.accepted is not None else ""
    expected = _nearest(case, answer)
    digits = _enough_digits(expected, answer.raw)
    text = f"For {inputs}: expected {_inline(expected, digits)}{either}, got {_inline(answer.raw, digits)}."
    return text if len(text) <= INLINE_CHARACTERS else ""


def _enough_digits(expected: Numbers, got: Numbers) -> int:
    """Of their entries: as few as tell apart those that differ."""
    if expected.shape != got.shape or np.iscomplexobj(got):
        return DIGITS
    pairs = zip(expected.ravel().tolist(), got.ravel().tolist(), strict=True)
    return max((digits_apart(*pair) for pair in pairs), default=DIGITS)


def _nearest(case: Case, answer: Answer) -> Numbers:
    if answer.values is None or case.accepted is None:
        return case.expected
    return case.accepted.nearest(answer.values, case, answer.precision)


# --- arrays as text


def _inline(array: Any, digits: int = DIGITS) -> str:
    """Nested brackets, as many as there are axes: [[[[3, 1], [2, 4]]]]."""
    return _nested(array.tolist(), partial(figure, digits=digits))


def _literal(array: Any) -> str:
    """The same as Python reads it back exactly, floats with their point: [[[[3., 1.], [2., 4.]]]]."""
    return _nested(array.tolist(), _exact)


def _plain(array: Any) -> Any:
    """Nested lists of numbers as JSON has them: integers where they are, complex numbers as text."""
    return [_plain(item) for item in array] if array.ndim else _scalar(array.item())


def _nested(value: Any, number: Any) -> str:
    return f"[{', '.join(_nested(item, number) for item in value)}]" if isinstance(value, list) else number(value)


def _exact(value: float) -> str:
    text = repr(value + 0)
    return text.removesuffix("0") if text.endswith(".0") else text


def _scalar(value: float | complex) -> float | int | str:
    if isinstance(value, complex):
        return figure(value)
    return int(value) if value == int(value) else value
