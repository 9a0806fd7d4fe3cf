"""The smallest input on which a function fails: minimal cases, tried from the smallest up, and what to show of one."""

import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from grader.model import CallFailure, Outcome
from grader.oracles.figures import DIGITS, digits_apart
from grader.oracles.numeric.arrays import Numbers
from grader.oracles.numeric.comparison import Answer, Case, mismatch, read_and_compare
from grader.oracles.numeric.input_texts import inline, literal, plain, plain_arguments
from grader.oracles.numeric.students_function import students_function

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
        "input": plain_arguments(case.inputs),
        "expected": plain(expected),
        "got": answer.problem or "too large to be shown" if got is None else plain(got),
        "difference": None if difference is None else plain(difference),
        **_pasted(function, case),
    }


def input_evidence(function: Callable[..., Any], case: Case) -> dict[str, Any]:
    """The same where no value came: a call that raised."""
    if case.size > MAX_SHOWN:
        return {}
    return {"input": plain_arguments(case.inputs), **_pasted(function, case)}


def _pasted(function: Callable[..., Any], case: Case) -> dict[str, str]:
    lines = to_paste(function, case)
    return {"paste": lines} if lines else {}


def to_paste(function: Callable[..., Any], case: Case) -> str:
    """Lines of Python that make the same call, in the folder that the student's module is in; none where `function` is
    the check's own and the case does not say what a student would write."""
    students = students_function(function)
    written = case.call or (f"{students.name}({', '.join(case.inputs)})" if students and students.name else "")
    if students is None or not written:
        return ""
    imports = ["import numpy as np", f"from {students.module} import *"]
    arguments = [f"{name} = {literal(value)}" for name, value in case.inputs.items()]
    *before, call = written.splitlines()
    return "\n".join([*imports, *arguments, *before, f"print({call})"])


def sentence(case: Case, answer: Answer) -> str:
    """The case in one line, or nothing where that would be long."""
    if answer.raw is None or answer.values is None:
        return ""
    inputs = ", ".join(f"{name} = {inline(value)}" for name, value in case.inputs.items())
    either = " (for example)" if case.accepted is not None else ""
    expected = _nearest(case, answer)
    digits = _enough_digits(expected, answer.raw)
    text = f"For {inputs}: expected {inline(expected, digits)}{either}, got {inline(answer.raw, digits)}."
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
