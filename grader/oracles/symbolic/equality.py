"""Three-valued equality of two expressions, by algebra where it decides and by value elsewhere."""

from dataclasses import dataclass
from typing import Any, Literal

from . import evaluation, normal_form
from .bounds import TooMuchError
from .domain import Question
from .evaluation import Difference
from .sampling import plain_points

SHOWS = 1e-2  # the relative difference of two values that a witness shows, and of what is shown and its opposite


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
        return Answer("different", exact is False, _plainest(left, right, found, question))
    if exact is False:
        return Answer("different", exact=True, why="the two differ, if only by very little")
    return Answer("equal") if found else Answer("undecided", why=why)


def _plainest(left: Any, right: Any, found: Difference, question: Question) -> Difference:
    """The same difference at values that a person can check by hand, if it shows there.

    Where there is a choice, not as two opposite values: those read as a mistake in a sign.
    """
    opposite = None
    for point in plain_points(evaluation.names_of(left, right, question=question), question.domain):
        try:
            here = evaluation.at(left, right, point, question)
        except TooMuchError:
            break
        if not isinstance(here, Difference):
            continue
        size = max(abs(here.left), abs(here.right))
        if abs(here.left - here.right) > SHOWS * size and here.left and here.right:
            if abs(here.left + here.right) > SHOWS * size:
                return here
            opposite = opposite or here
    return opposite or found
