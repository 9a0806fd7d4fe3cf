"""The smallest input on which a function fails: minimal cases, tried from the smallest up, and what to show of one."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from grader.model import CallFailure, Outcome
from grader.oracles.numeric.array_text import inline, literal, plain
from grader.oracles.numeric.arrays import Numbers
from grader.oracles.numeric.comparison import Answer, Case, mismatch, read_and_compare

MAX_SECONDS = 3.0  # a student waits for this; a list of minimal cases takes some milliseconds
MAX_SHOWN = 100  # entries of a wrong answer: minimal cases have at most 36
INLINE_CHARACTERS = 150  # a smallest input that takes no more is told in the sentence itself

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


def first_wrong(tried: Iterable[Tried]) -> tuple[Case, Answer] | None:
    """The first case whose answer is wrong; None where none is."""
    found = ((case, item) for case, item in tried if isinstance(item, Answer))
    return next((item for item in found if mismatch(*item)), None)


def evidence(function: str, case: Case, answer: Answer) -> dict[str, Any]:
    """The case as plain data: input, expected, got, difference, and lines to paste."""
    got = answer.raw if answer.raw is not None and answer.raw.size <= MAX_SHOWN else None
    expected = _nearest(case, answer)
    difference = got - expected if got is not None and got.shape == expected.shape else None
    return {
        "input": {name: plain(array) for name, array in case.inputs.items()},
        "expected": plain(expected),
        "got": answer.problem or "too large to be shown" if got is None else plain(got),
        "difference": None if difference is None else plain(difference),
        "paste": to_paste(function, case),
    }


def input_evidence(function: str, case: Case) -> dict[str, Any]:
    """The same where no value came: a call that raised."""
    if sum(array.size for array in case.inputs.values()) > MAX_SHOWN:
        return {}
    inputs = {name: plain(array) for name, array in case.inputs.items()}
    return {"input": inputs, "paste": to_paste(function, case)}


def to_paste(function: str, case: Case) -> str:
    """Lines of Python that make the same call."""
    made = {
        name: f"np.array({literal(array)})" if array.size else f"np.zeros({array.shape})"
        for name, array in case.inputs.items()
    }
    arguments = [f"{name} = {text}" for name, text in made.items()]
    return "\n".join([*arguments, f"print({function}({', '.join(case.inputs)}))"])


def sentence(case: Case, answer: Answer) -> str:
    """The case in one line, or nothing where that would be long."""
    if answer.raw is None or answer.values is None:
        return ""
    inputs = ", ".join(f"{name} = {inline(array)}" for name, array in case.inputs.items())
    either = " (for example)" if case.accepted is not None else ""
    text = f"For {inputs}: expected {inline(_nearest(case, answer))}{either}, got {inline(answer.raw)}."
    return text if len(text) <= INLINE_CHARACTERS else ""


def _nearest(case: Case, answer: Answer) -> Numbers:
    if answer.values is None or case.accepted is None:
        return case.expected
    return case.accepted.nearest(answer.values, case, answer.precision)
