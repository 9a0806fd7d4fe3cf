"""Three-valued equality of two expressions, by algebra where it decides and by value elsewhere."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any, Literal

from . import branches, evaluation, normal_form
from .bounds import TooMuchError
from .domain import Question
from .evaluation import Difference

_ROUNDED = "its decimals are rounded, and whether it is right depends on that"
_UNSEEN = "it has parts whose value or whose sign cannot be told everywhere"


@dataclass(frozen=True, slots=True)
class Answer:
    """`exact` where algebra decided, not numbers. `difference` where a point shows that they differ."""

    verdict: Literal["equal", "different", "undecided"]
    exact: bool = False
    difference: Difference | None = None
    why: str = ""


def compare(
    left: Any, right: Any, question: Question, *, decimals: Set[Any] = frozenset(), witnessed: bool = True
) -> Answer:
    """Two expressions, read and within bounds. `decimals` are the numbers in them that are rounded.

    Without `witnessed` no point is looked for where algebra alone has shown that they differ.
    """
    if left == right:
        return Answer("equal", exact=True)
    exact = normal_form.same(left, right, question)
    if exact:
        return Answer("equal", exact=True)
    if exact is False and not (witnessed or decimals):
        return Answer("different", exact=True)
    try:
        result = evaluation.compare(left, right, question)
        if result is True and exact is None:
            result = branches.decide(left, right, question)
        if decimals and result is not True and evaluation.near(left, right, decimals, question):
            return Answer("undecided", why=_ROUNDED)
    except TooMuchError as error:
        if decimals:  # of which nobody knows then whether they are all that is wrong
            return Answer("undecided", why=str(error))
        result, why = None, str(error)
    else:
        why = _UNSEEN
    if isinstance(result, Difference):
        return Answer("different", exact is False, result)
    if exact is False:
        return Answer("different", exact=True, why="the two differ, if only by very little")
    return Answer("equal") if result else Answer("undecided", why=why)
