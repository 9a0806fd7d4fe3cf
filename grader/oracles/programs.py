"""Short programs, run on a student's objects and on a model of them: the same lines, and the same numbers have to come.

    question = Question(Asking("{leaf}.grad", ("{root}.backward()",)), of_rules, programs, smallest, misconceptions)
    verdict = judge(engine.Value, question)

A misconception is a set of rules: its model is the right one, run by these. Knows no exercise. The lines are the
assignment's own; what they do to a student's object is done in the student's worker, through handles.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import CodeType
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np

from grader.model import CallFailure, Verdict
from grader.oracles.misconceptions import Misconception, Rehearsal, recognise_all, rehearse
from grader.oracles.numeric import DOUBLE, close

Rules = TypeVar("Rules")
Make: TypeAlias = Callable[[float], Any]  # an object of a number: the class itself
Numbers: TypeAlias = dict[str, float]  # by what a student would write for them: `a.grad`

MAX_LINES = 5  # of a program that is shown within a sentence
ELSEWHERE = "That was counted elsewhere, and costs nothing here."


@dataclass(frozen=True, slots=True)
class Program:
    """Numbers for the leaves, and lines such as `c = a * b`; what the last one sets is the root."""

    leaves: Mapping[str, float]
    lines: tuple[str, ...]

    @property
    def root(self) -> str:
        return _set_by(self.lines[-1])

    def __hash__(self) -> int:
        return hash((*sorted(self.leaves.items()), self.lines))


def leaf_names(lines: Sequence[str]) -> list[str]:
    """The names, single small letters, that lines use and none of them sets."""
    return sorted({name for line in lines for name in re.findall(r"\b[a-z]\b", line)} - {*map(_set_by, lines)})


def carry_out(line: str, scope: dict[str, Any]) -> None:
    """Run a line, whose text is the assignment's own, on what `scope` has by name."""
    exec(_compiled(line, "exec"), {"__builtins__": {}}, scope)


@lru_cache(10_000)
def _compiled(text: str, mode: str) -> CodeType:
    """Every program is carried out many times, by a student's objects and by those of each misconception."""
    return compile(text, "<program>", mode)


def _set_by(line: str) -> str:
    return line.partition(" =")[0]


@dataclass(frozen=True, slots=True)
class Asking:
    """What is read when a program has run, and the lines that are run before that; `{root}` stands for its last name,
    `{leaf}` for each leaf in turn."""

    reads: str
    after: tuple[str, ...] = ()

    def lines_after(self, program: Program) -> list[str]:
        return [line.format(root=program.root) for line in self.after]

    def of(self, program: Program, make: Make) -> Numbers:
        """The numbers that come. Raises CallFailure where the objects are a student's."""
        scope = {name: make(number) for name, number in program.leaves.items()}
        for line in (*program.lines, *self.lines_after(program)):
            carry_out(line, scope)
        reads = dict.fromkeys(self.reads.format(root=program.root, leaf=leaf) for leaf in program.leaves)
        return {read: float(eval(_compiled(read, "eval"), {"__builtins__": {}}, scope)) for read in reads}


@dataclass(frozen=True, slots=True)
class Question(Generic[Rules]):
    """What is asked of programs. `model` makes objects by a misconception's rules, or (None) by the right ones; what
    they come to is found out once.

    `excused` are misconceptions, by id, that cost points elsewhere: with None they cost nothing here; with a way to ask
    past one that hides all others, the rest is judged by that. A mistake is named only if it also explains what comes
    when the smallest programs are asked in the way of `naming`.
    """

    asking: Asking
    model: Callable[[Rules | None], Make]
    programs: Sequence[Program]
    smallest: Sequence[Program] = ()
    misconceptions: Sequence[Misconception[Rules]] = ()
    excused: Mapping[str, Asking | None] = field(default_factory=dict)
    naming: Asking | None = None

    def expected(self, program: Program, rules: Rules | None = None) -> Numbers:
        """What the model comes to; nothing where it would go on and on, which it says by a RecursionError."""
        return _outcome(self.asking, _Itself(self.model), program, _Itself(rules))


@dataclass(frozen=True, slots=True, eq=False)
class _Itself:
    """Whatever it holds, by its identity: rules need not be hashable."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(4_000)
def _outcome(asking: Asking, model: _Itself, program: Program, rules: _Itself) -> Numbers:
    """The smallest programs are the same for everybody, and those that are drawn for a class: each wrong answer is
    compared with what dozens of models come to in all of them."""
    try:
        return asking.of(program, model.value(rules.value))
    except RecursionError:
        return {}


ProgramAnswers: TypeAlias = Sequence[tuple[Program, Numbers]]


def judge(make: Make, question: Question[Rules]) -> Verdict:
    """Whether the student's objects come to the right numbers in every program. Raises CallFailure."""
    rehearse(lambda: _rehearsal(question))
    answers = [(program, question.asking.of(program, make)) for program in question.programs]
    if all(_agree(numbers, question.expected(program)) for program, numbers in answers):
        return Verdict.passed()
    small = _answered(make, question)
    explaining = _explaining(make, question, small, _recognised(question, answers, question.misconceptions))
    mistake = next(iter(explaining), None)
    if mistake is not None and mistake.id in question.excused:
        return _past(mistake, make, question).noting(f"{mistake.sentence} {ELSEWHERE}")
    program, numbers = next(item for item in (*small, *answers) if not _agree(item[1], question.expected(item[0])))
    # Not for a large program: what comes of it may depend on a choice that is free.
    if mistake is None and program in question.smallest:
        mistake = next(iter(_explaining(make, question, small, question.misconceptions)), None)
    sentences = [mistake.sentence] if mistake else []
    message = " ".join([*sentences, _counterexample(question, program, numbers)])
    return Verdict.failed(message, mistake.id if mistake else None, paste=_to_paste(make, question, program))


def _rehearsal(question: Question[Rules]) -> Rehearsal[Rules]:
    """What the model comes to by each misconception's rules."""
    all_programs = [*question.programs, *question.smallest]
    right = [question.expected(program) for program in question.programs]
    return Rehearsal(
        question.misconceptions,
        lambda rules: [question.expected(program, rules) for program in all_programs],
        lambda numbers: all(map(_agree, numbers, right)),
        lambda some, others: all(map(_agree, some, others)),
    )


def _past(mistake: Misconception[Rules], make: Make, question: Question[Rules]) -> Verdict:
    """The verdict without what the mistake costs."""
    excused = {name: asking for name, asking in question.excused.items() if name != mistake.id}
    asking = question.excused[mistake.id]
    return judge(make, replace(question, asking=asking, excused=excused)) if asking else Verdict.passed()


def _agree(numbers: Numbers, expected: Numbers) -> bool:
    """Whether all numbers agree, but for rounding."""
    if numbers.keys() != expected.keys():
        return False
    left, right = np.array([*numbers.values()]), np.array([*expected.values()])
    return bool(close(left, right, float(np.abs(right).max(initial=1.0)), DOUBLE).all())


def _recognised(
    question: Question[Rules], answers: ProgramAnswers, misconceptions: Sequence[Misconception[Rules]]
) -> list[Misconception[Rules]]:
    """The misconceptions that explain all that was seen."""
    return [
        *recognise_all(
            misconceptions,
            lambda rules: all(_agree(numbers, question.expected(program, rules)) for program, numbers in answers),
        )
    ]


def _explaining(
    make: Make, question: Question[Rules], small: ProgramAnswers, misconceptions: Sequence[Misconception[Rules]]
) -> list[Misconception[Rules]]:
    """Those that explain what came for the smallest programs, also in the way of `naming`."""
    explaining = _recognised(question, small, misconceptions)
    if question.naming is None or not explaining:
        return explaining
    naming = replace(question, asking=question.naming)
    return _recognised(naming, _answered(make, naming), explaining)


def _answered(make: Make, question: Question[Rules]) -> ProgramAnswers:
    """What came for the smallest programs, as far as numbers came."""
    answers: list[tuple[Program, Numbers]] = []
    for program in question.smallest:
        try:
            answers.append((program, question.asking.of(program, make)))
        except CallFailure:
            break
    return answers


def _counterexample(question: Question[Rules], program: Program, numbers: Numbers) -> str:
    expected = question.expected(program)
    name = next(name for name in expected if not _agree({name: numbers[name]}, {name: expected[name]}))
    start = ", ".join(f"{leaf} = {number:g}" for leaf, number in program.leaves.items())
    few = len(program.lines) <= MAX_LINES
    lines = "; ".join(program.lines) if few else f"the {len(program.lines)} lines below"
    after = "".join(f", after {line}" for line in question.asking.lines_after(program))
    return f"For {start} and {lines}: {name} is {numbers[name]:g}{after}; the correct value is {expected[name]:g}."


def _to_paste(make: Make, question: Question[Rules], program: Program) -> str:
    name = getattr(make, "__name__", "make")
    leaves = [f"{leaf} = {name}({number})" for leaf, number in program.leaves.items()]
    shown = f"print({', '.join(question.expected(program))})"
    after = question.asking.lines_after(program)
    return "\n".join([f"from {make.__module__} import {name}", *leaves, *program.lines, *after, shown])
