"""A numerical point, judged: call the function on every case, compare, name the mistake, show the smallest input."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.api import CallFailure, Verdict
from grader.assignment.oracles import cases, ladders, shrink
from grader.assignment.oracles.agreement import complaint, heard
from grader.assignment.oracles.arrays import Answer, Case
from grader.assignment.oracles.conv_mistakes import input_mistakes, weight_mistakes
from grader.assignment.oracles.diagnoses import Explanation, name
from grader.assignment.oracles.pool_mistakes import POOL_MISTAKES
from grader.assignment.oracles.reading import sentence


@dataclass(frozen=True, slots=True)
class Question:
    """All that one numerical point asks: `result` is what the sheet calls the function's value."""

    result: str
    cases: Sequence[Case]
    ladder: Sequence[Case]
    mistakes: Sequence[Explanation]


def one_window(rng: np.random.Generator) -> Question:
    return Question("dX", cases.one_window(rng), ladders.ONE_WINDOW, POOL_MISTAKES)


def random_maps(rng: np.random.Generator) -> Question:
    return Question("dX", cases.random_maps(rng), ladders.RANDOM_MAPS, POOL_MISTAKES)


def extreme_maps(rng: np.random.Generator) -> Question:
    return Question("dX", cases.extreme_maps(rng), ladders.EXTREME_MAPS, POOL_MISTAKES)


def tied_maps(rng: np.random.Generator) -> Question:
    return Question("dX", cases.tied_maps(rng), ladders.TIED_MAPS, POOL_MISTAKES)


def odd_maps(rng: np.random.Generator) -> Question:
    return Question("dX", cases.odd_maps(rng), ladders.ODD_MAPS, POOL_MISTAKES)


def back_to_input(rng: np.random.Generator, convention: str) -> Question:
    return Question(
        "dX", cases.input_cases(rng, convention), ladders.input_ladder(convention), input_mistakes(convention)
    )


def back_to_weight(rng: np.random.Generator, convention: str, interior: bool) -> Question:
    return Question(
        "dw",
        cases.weight_cases(rng, convention, interior),
        ladders.weight_ladder(convention, interior),
        weight_mistakes(convention),
    )


@np.errstate(over="ignore", invalid="ignore")  # answers may hold 1e308; a sum that overflows is wrong all the same
def judge(function: Callable[..., Any], question: Question) -> Verdict:
    """Whether the function gives the gradient on every case. Raises CallFailure where no value comes before it."""
    given: list[tuple[Case, Answer]] = []
    for case in question.cases:
        try:
            given.append((case, heard(function(*case.inputs.values()), case)))
        except CallFailure:
            if any(complaint(*item) for item in given):
                break  # what was wrong first is what the student should read first
            raise
    notes = tuple(note for _, item in given for note in item.notes)
    wrong = next((item for item in given if complaint(*item)), None)
    if wrong is None:
        return Verdict.passed().noting(*notes)
    return _failed(function, question, given, wrong).noting(*notes)


def _failed(
    function: Callable[..., Any], question: Question, given: list[tuple[Case, Answer]], wrong: tuple[Case, Answer]
) -> Verdict:
    seen = [(case, item.raw, item.precision) for case, item in given if item.raw is not None]
    mistake = name(seen, question.mistakes) if len(seen) == len(given) else None
    found = shrink.smallest(function, question.ladder)
    case, item = found or wrong
    parts = [
        sentence(question.result, complaint(*wrong)) if mistake is None else mistake.sentence,
        shrink.inline(case, item) if found else "",
    ]
    verdict = Verdict.failed(" ".join(part for part in parts if part), mistake.id if mistake else None)
    return replace(verdict, evidence=shrink.evidence(case, item) if found else {})
