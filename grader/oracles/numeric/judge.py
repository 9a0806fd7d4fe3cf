"""A function of arrays, judged: call it on every case, compare, name the mistake, show the smallest input."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np

from grader.model import WHOLE_FILE, CallFailure, Outcome, Verdict
from grader.oracles.misconceptions import Misconception, rehearse
from grader.oracles.numeric import counterexample
from grader.oracles.numeric.comparison import Answer, Case, Inputs, mismatch, read_and_compare
from grader.oracles.numeric.counterexample import Tried
from grader.oracles.numeric.input_texts import shape
from grader.oracles.numeric.models_tried import rehearsal
from grader.oracles.numeric.naming import Model, explain
from grader.oracles.numeric.students_function import students_function

NO_INPUT = ("signature", "unread")  # kinds of failure that are the same for every input
CaseAnswer = tuple[Case, Answer]

MAX_TURNED = 4  # minimal cases that tell whether the arguments were taken in another order


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One case that asks the same as all cases of a question from the one at `place` on."""

    place: int
    case: Case


@dataclass(frozen=True, slots=True)
class Question:
    """All that one numerical point asks. `minimal_cases` are small ones, from the smallest up, that tell nothing new:
    they are for the student to see where the function fails. `smaller` gives what is smaller than the inputs of a case,
    from the smallest up: a call that raises is tried on all of it. Where all before a `shortcut` and the
    shortcut are answered right, the cases that it stands for are not asked."""

    cases: Sequence[Case]
    minimal_cases: Sequence[Case] = ()
    misconceptions: Sequence[Misconception[Model]] = ()
    smaller: Callable[[Inputs], Iterable[Inputs]] = lambda inputs: ()
    shortcut: Shortcut | None = None


@np.errstate(over="ignore", invalid="ignore")  # answers may hold 1e308; a sum that overflows is wrong all the same
def judge(function: Callable[..., Any], question: Question) -> Verdict:
    """Whether the function's answer is right on every case. Raises CallFailure where no value comes before one that is
    wrong: what was wrong first is what the student should read first."""
    rehearse(lambda: rehearsal(question.cases, question.minimal_cases, question.misconceptions))
    answers: list[CaseAnswer] = []
    for place, case in enumerate(question.cases):
        if question.shortcut and place == question.shortcut.place and not any(mismatch(*item) for item in answers):
            rest = _right(function, question.shortcut.case)
            if rest is not None:
                return _noted(Verdict.passed(), [*answers, rest])
        try:
            answers.append((case, read_and_compare(function(*case.inputs.values()), case)))
        except CallFailure as failure:
            if not any(mismatch(*item) for item in answers):
                _raise(function, question, answers, case, failure)
            return _failed(function, question, answers)
    if any(mismatch(*item) for item in answers):
        return _failed(function, question, answers)
    return _noted(Verdict.passed(), answers)


def _right(function: Callable[..., Any], case: Case) -> CaseAnswer | None:
    """The answer, if it comes and is right."""
    try:
        answer = read_and_compare(function(*case.inputs.values()), case)
    except CallFailure:
        return None
    return None if mismatch(case, answer) else (case, answer)


def _failed(function: Callable[..., Any], question: Question, answers: Sequence[CaseAnswer]) -> Verdict:
    """The verdict on a wrong answer: its name or what is wrong with it, and the smallest input on which one is.

    A name has to explain the minimal cases as well.
    """
    trial = counterexample.try_each(function, question.minimal_cases)
    named = explain(answers, question.misconceptions, trial.answered)
    mistake: Misconception[Any] | None = _nothing_returned(answers)
    if mistake is None and trial.is_whole:
        mistake = _swapped(function, question) or next(named, None)
    smallest = counterexample.first_wrong(trial.answered)
    wrong = next(text for item in answers if (text := mismatch(*item)))
    example = counterexample.sentence(*smallest) if smallest else ""
    cause = wrong if mistake is None else mistake.sentence
    verdict = Verdict.failed(f"{cause} {example}".strip(), mistake.id if mistake else None)
    if smallest:
        shown = counterexample.evidence(function, *smallest)
        verdict = replace(verdict, evidence={**shown, "example": example} if example else shown)
    return _noted(verdict, answers)


def _raise(
    function: Callable[..., Any], question: Question, answers: Sequence[CaseAnswer], case: Case, fault: CallFailure
) -> NoReturn:
    """Raise the failure of the smallest input that causes one, and say for which it is. A mistake that raises is named
    by the sizes on which it does."""
    if fault.verdict.outcome is not Outcome.ERROR or fault.kind in NO_INPUT or _is_raised_on_import(fault):
        raise fault
    trial = counterexample.try_each(function, question.minimal_cases)
    where, failure = _smallest_raising(function, question, trial.tried, (case, fault))
    small = ((case, item if isinstance(item, Answer) else None) for case, item in trial.tried)
    named = explain([*answers, (case, None), *small], question.misconceptions)
    raised = failure.verdict.message.removesuffix(failure.advice).rstrip(". ")
    verdict = replace(
        failure.verdict,
        message=" ".join(filter(None, (f"{raised}, for {where.shapes}.", failure.advice))),
        evidence=counterexample.input_evidence(function, where),
    )
    if verdict.diagnosis is None and trial.is_whole:  # else Python's own words name it
        mistake = _swapped(function, question) or next(named, None)
        if mistake is not None:
            message = f"{raised}, for {where.shapes}. {mistake.sentence}"  # which says more than any advice
            verdict = replace(verdict, message=message, diagnosis=mistake.id)
    raise CallFailure(verdict, failure.kind, failure.frames) from fault


def _smallest_raising(
    function: Callable[..., Any], question: Question, tried: Sequence[Tried], raised: tuple[Case, CallFailure]
) -> tuple[Case, CallFailure]:
    """The smallest input for which a call raises: the first minimal case, where everybody begins, or the one with the
    fewest entries of the minimal cases and of what is smaller than the case that raised."""
    small = [(case, answer) for case, answer in tried if isinstance(answer, CallFailure)]
    if small and small[0][0] is question.minimal_cases[0]:
        return small[0]
    smallest = min([*small, raised], key=lambda item: item[0].size)  # the first of several
    smaller = (replace(raised[0], inputs=inputs) for inputs in question.smaller(raised[0].inputs))
    below = itertools.takewhile(lambda case: case.size < smallest[0].size, smaller)
    return counterexample.first_raising(function, below) or smallest


def _is_raised_on_import(fault: CallFailure) -> bool:
    return bool(fault.frames) and fault.frames[0].function == WHOLE_FILE


def _swapped(function: Callable[..., Any], question: Question) -> Misconception[None] | None:
    """Whether the answers are right once the arguments come in the reverse order. Shapes tell these apart: of two
    arguments of one shape an exchange may be something else. Where the check asks through a function of its own, or it
    takes more than one call, there is no order."""
    students = students_function(function)
    if students is None or students.name is None:
        return None
    telling = [
        case
        for case in question.minimal_cases
        if not case.call and len({shape(value) for value in case.inputs.values()}) > 1
    ]
    turned = [replace(case, inputs=dict(reversed([*case.inputs.items()]))) for case in telling[:MAX_TURNED]]
    answered = counterexample.try_each(function, turned).answered
    if not answered or len(answered) < len(turned) or any(mismatch(*item) for item in answered):
        return None
    call = f"{students.name}({', '.join(telling[0].inputs)})"
    sentence = f"The arguments are taken in another order than the one they come in: the call is {call}."
    return Misconception("arguments-in-the-other-order", sentence, ())


def _nothing_returned(answers: Sequence[CaseAnswer]) -> Misconception[None] | None:
    """Whether the first wrong answer is none at all."""
    first = next(answer for case, answer in answers if mismatch(case, answer))
    return Misconception("nothing-returned", first.problem, ()) if first.is_none else None


def _noted(verdict: Verdict, answers: Sequence[CaseAnswer]) -> Verdict:
    return verdict.noting(*(note for _, answer in answers for note in answer.notes))
