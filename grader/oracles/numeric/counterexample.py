"""The smallest input on which a function fails: minimal cases, tried from the smallest up, and what to show of one."""

import itertools
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.model import CallFailure, Outcome
from grader.oracles.figures import DIGITS, digits_apart
from grader.oracles.numeric.arrays import Numbers
from grader.oracles.numeric.comparison import Answer, Case, mismatch, read_and_compare
from grader.oracles.numeric.input_texts import inline, literal, plain, plain_arguments
from grader.oracles.numeric.students_function import students_function

MAX_CALLS = 2000  # of smaller inputs tried; of a map of odd sizes there are some 1,100
# The last resort, by the clock, for functions that are slow on the smallest inputs: the others need less than a second,
# on a busy machine some.
MAX_SECONDS = 60.0
MAX_SHOWN = 100  # entries of a wrong answer: minimal cases have at most 36
INLINE_CHARACTERS = 150  # a smallest input that is no longer than this is written into the sentence itself
_clock = time.monotonic

Tried = tuple[Case, Answer | CallFailure]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came for each minimal case, up to the first without an answer. `is_whole`: the machine had time for it; else
    no name may hang on what is left out."""

    tried: tuple[Tried, ...]
    is_whole: bool = True

    @property
    def answered(self) -> list[tuple[Case, Answer]]:
        return [(case, item) for case, item in self.tried if isinstance(item, Answer)]


def try_each(function: Callable[..., Any], minimal_cases: Sequence[Case]) -> Trial:
    """All minimal cases, asked in turn for as long as the function answers or raises."""
    deadline = _clock() + MAX_SECONDS
    tried: list[Tried] = []
    for case in minimal_cases:
        if _clock() > deadline:
            return Trial(tuple(tried), is_whole=False)
        try:
            tried.append((case, read_and_compare(function(*case.inputs.values()), case)))
        except CallFailure as failure:
            if failure.verdict.outcome is not Outcome.ERROR:
                return Trial(tuple(tried), is_whole=failure.verdict.outcome is not Outcome.REVIEW)
            tried.append((case, failure))
    return Trial(tuple(tried))


def first_raising(function: Callable[..., Any], cases: Iterable[Case]) -> tuple[Case, CallFailure] | None:
    """The first case for which the call raises, among MAX_CALLS; None where none does. What is returned is not looked
    at."""
    deadline = _clock() + MAX_SECONDS
    for case in itertools.islice(cases, MAX_CALLS):
        if _clock() > deadline:
            break
        try:
            function(*case.inputs.values())
        except CallFailure as failure:
            return (case, failure) if failure.verdict.outcome is Outcome.ERROR else None
    return None


def boxes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All shapes that fit into one and have no axis of length 0: those of the fewest entries first, long in their last
    axes rather than in their first."""
    within = itertools.product(*(range(1, size + 1) for size in shape))
    return sorted(within, key=lambda box: (math.prod(box), box))


def first_wrong(answered: Iterable[tuple[Case, Answer]]) -> tuple[Case, Answer] | None:
    """The first case whose answer is wrong; None where none is."""
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
