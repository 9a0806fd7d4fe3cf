"""Three-valued equality of two expressions, by algebra where it decides and by value elsewhere."""

from dataclasses import dataclass
from typing import Any, Literal

from . import evaluation, normal_form
from .bounds import TooMuchError
from .domain import Question
from .evaluation import Difference


@dataclass(frozen=True, slots=True)
class Answer:
    """`exact` where algebra decided, not numbers. `difference` where a point shows that they differ."""

    verdict: Literal["equal", "different", "undecided"]
    exact: bool = False
    difference: Difference | None = None
    why: str = ""


def compare(left: Any, right: Any, question: Question, *, rounded: bool = False) -> Answer:
    """Two expressions, read and within bounds. `rounded` says that one contains decimals that are no exact numbers."""
    if left == right:
        return Answer("equal", exact=True)
    exact = normal_form.same(left, right, question)
    if exact:
        return Answer("equal", exact=True)
    try:
        found = evaluation.compare(left, right, question)
        if rounded and (exact is False or found is not True) and evaluation.near(left, right, question):
            return Answer("undecided", why="its decimals are rounded, and what it is depends on that")
    except TooMuchError as error:
        found, why = None, str(error)
    else:
        why = "there are too few points at which both sides have a value that can be computed"
    if isinstance(found, Difference):
        return Answer("different", exact is False, found)
    if exact is False:
        return Answer("different", exact=True, why="the two differ, if only by very little")
    return Answer("equal") if found else Answer("undecided", why=why)
