"""The general question: is this expression the same function as that one?"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import equality
from .bounds import MAX_WORK, MAX_WORK_TOGETHER, Budget, TooMuchError
from .domain import Domain, Question
from .printer import text
from .reading import Reader, UndecidableError, UnreadableError
from .witness import trial, witness

PHRASE = "your expression gives {}; the correct value is {}"


def equal(
    left: Any,
    right: Any,
    domain: Domain | Mapping[str, Any] | None = None,
    seed: int = 0,
    witnessed: bool = True,
) -> dict[str, Any]:
    """Whether `left`, a student's answer, is the function `right` on the domain.

    Symbols go by their names; `domain` says what they are (by default, all are real numbers), and may be given as plain
    data. Derivatives are carried out; in an answer one of an unknown function is wrong, as it hands the question back.
    Decimals are the fractions that they stand for. `seed` draws the sample points.
    Gives {"verdict": "equal" | "different" | "undecided", "exact": decided by algebra and not by numbers,
    "witness": "for w_1 = 1, your expression gives 2; the correct value is 3" or None,
    "why": half a sentence where there is no witness, "notes": sentences on what was read in a special way,
    and where a person has to decide, "expression" and "question" as text, and "tried": the two values at a point}.
    Without `witnessed` there is a witness only where it took one to see that they differ.
    """
    return _equal(left, right, Question(Domain.of(domain), seed), witnessed)


def _equal(left: Any, right: Any, question: Question, witnessed: bool) -> dict[str, Any]:
    answer_reader, reader = Reader(question, is_answer=True), Reader(question)
    for_a_person: dict[str, Any] = {}  # nothing of what is too large even to be looked at
    try:
        mine, other = answer_reader.expression(left), reader.expression(right)
        answer = equality.compare(
            mine, other, question, decimals=answer_reader.decimals | reader.decimals, witnessed=witnessed
        )
        if answer.verdict == "undecided":
            for_a_person = _for_a_person(left, right, trial(mine, other, question))
    except UnreadableError as error:
        answer = equality.Answer("different", why=f"the expression {error}")
    except UndecidableError as error:
        answer = equality.Answer("undecided", why=f"it {error}")
        for_a_person = _for_a_person(left, right, None)
    except TooMuchError as error:
        answer = equality.Answer("undecided", why=str(error))
    return {
        "verdict": answer.verdict,
        "exact": answer.exact,
        "witness": witness(answer.difference, question, PHRASE),
        "why": answer.why,
        "notes": list(dict.fromkeys([*answer_reader.notes, *reader.notes])),
        **for_a_person,
    }


def _for_a_person(left: Any, right: Any, tried: str | None) -> dict[str, Any]:
    return {"expression": text(left), "question": f"Does it equal {text(right)}?", "tried": tried}


def equal_each(
    lefts: Sequence[Any],
    rights: Sequence[Any],
    domain: Domain | Mapping[str, Any] | None = None,
    seed: int = 0,
    witnessed: bool = True,
) -> list[dict[str, Any]]:
    """`equal` of each pair; both lists have the same length. Pairs that come when MAX_WORK_TOGETHER is spent are
    undecided."""
    left_over = MAX_WORK_TOGETHER
    answers = []
    for left, right in zip(lefts, rights, strict=True):
        question = Question(Domain.of(domain), seed, Budget(min(MAX_WORK, left_over)))
        before = question.budget.units
        answers.append(_equal(left, right, question, witnessed))
        left_over -= before - max(question.budget.units, 0)
    return answers
