"""An expression that a student's function returned, judged by algebra: right, known as a mistake, or shown to be wrong.

    verdict = judge_expression(exercise2.derivative(X), Expected(RIGHT, MISCONCEPTIONS), bounded("symbolic"), seed)

The algebra runs where it can be stopped: the rubric names `grader.oracles.symbolic` as an oracle. Runs on the trusted
side itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.model import Verdict
from grader.oracles.misconceptions import Misconception, Rehearsal, recognise, rehearse
from grader.sandbox.child.protocol import Opaque, Tree


@dataclass(frozen=True, slots=True)
class Expected:
    """The right expression and those of known mistakes, as trees (`grader.oracles.trees`). `domain` says what symbols
    are, as in `grader.oracles.symbolic.Domain`; by default they are real."""

    right: Tree
    misconceptions: Sequence[Misconception[Tree]] = ()
    domain: Mapping[str, Any] | None = None


_KINDS = {
    Tree: "one expression",
    str: "a string",
    list: "a list",
    dict: "a dict",
    np.ndarray: "an array",
    bool: "True or False",
    int: "a number",
    float: "a number",
}


def judge_expression(answer: Any, expected: Expected, symbolic: Any, seed: int) -> Verdict:
    """Whether `answer` is the same function as the right expression. `symbolic` is the bounded oracle of that name.

    What the machine cannot decide is left to a person: `review`, with the question as evidence.
    """

    def same(left: Any, right: Any) -> bool:
        return bool(symbolic.equal(left, right, expected.domain, seed)["verdict"] == "equal")

    rehearse(
        lambda: Rehearsal(expected.misconceptions, lambda model: model, lambda tree: same(tree, expected.right), same)
    )
    answer = unwrapped(answer)
    kind = not_an_expression(answer)
    if kind:
        return Verdict.failed(f"The function returns {kind}; expected one expression.")
    if isinstance(answer, Opaque):
        return _left_to_a_person({"why": f"it is {answer.reason}"})
    comparison = symbolic.equal(answer, expected.right, expected.domain, seed)
    notes = comparison["notes"]
    if comparison["verdict"] == "equal":
        return Verdict.passed(*notes)
    if comparison["verdict"] == "undecided":
        return _left_to_a_person(comparison).noting(*notes)
    mistake = recognise(expected.misconceptions, lambda wrong: same(answer, wrong))
    if mistake is not None:
        return Verdict.failed(mistake.sentence, mistake.id).noting(*notes)
    return Verdict.failed(f"The expression is wrong: {comparison['witness'] or comparison['why']}.").noting(*notes)


def _left_to_a_person(comparison: Mapping[str, Any]) -> Verdict:
    evidence = {name: comparison[name] for name in ("expression", "question", "tried") if comparison.get(name)}
    because = f" ({comparison['why']})" if comparison["why"] else ""
    sentence = f"The machine cannot decide whether the expression is right{because}. A person will look at it."
    return Verdict.review(sentence, **evidence)


def unwrapped(answer: Any) -> Any:
    """A 1×1 matrix, which is a list of a list of one expression, counts as that expression."""
    while isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    return answer


def not_an_expression(answer: Any) -> str:
    """What it is instead, in words; empty for an expression, and for one that merely could not be sent."""
    if isinstance(answer, Tree):
        return "an equation (Eq)" if answer.head == "Equality" else ""
    if isinstance(answer, Opaque):
        return "" if is_unsent_expression(answer) else answer.reason
    return "" if isinstance(answer, int | float) and not isinstance(answer, bool) else kind_of(answer)


def is_unsent_expression(answer: Any) -> bool:
    """Whether it is an expression that could not be sent, such as a Sum, and so may be right."""
    return isinstance(answer, Opaque) and answer.reason.startswith("an expression")


def kind_of(answer: Any) -> str:
    """What a value is, in words."""
    if answer is None:
        return "None (is a return missing?)"
    if isinstance(answer, Opaque):
        return answer.reason
    if isinstance(answer, np.ndarray) and answer.shape == () and answer.dtype.kind == "c":
        return "a complex number"  # crosses the wire as an array
    return _KINDS.get(type(answer), f"an object of type {type(answer).__name__}")
