"""A difference in words: at which values of the symbols two expressions differ, and what they are there."""

from itertools import islice
from typing import Any

import mpmath

from .bounds import Budget, TooMuchError
from .domain import Question
from .evaluation import DIGITS, Difference, at, names_of, value
from .sampling import Point, plain_points, points

SHOWS = 1e-2  # the relative difference of two values that a witness shows, and of one and the other's opposite
TRIALS = 12
WORK = 100_000  # units for the search of plain values, beside those of the question
_SHOWN_DIGITS = (3, 4, 6, 9)  # as few as tell the two values apart
NEGLIGIBLE = 1e-20  # of both values together: what is left of a zero after rounding


def witness(difference: Difference | None, question: Question, phrase: str) -> str | None:
    """`for r = 2, θ = π/2, line 2 gives 0.86, but line 1 gives −0.86`, with `line 2 gives {}, but line 1 gives {}`."""
    if difference is None:
        return None
    difference = _plainest(difference, question)
    left, right = difference.left, difference.right
    least = NEGLIGIBLE * min(1, abs(left) + abs(right))
    shown = [(_number(left, least, digits), _number(right, least, digits)) for digits in _SHOWN_DIGITS]
    mine, theirs = next((pair for pair in shown if pair[0] != pair[1]), shown[-1])
    apart = f", and they are {_short(abs(left - right), 2)} apart" if mine == theirs else ""
    return f"{_at(difference.point, question)}{phrase.format(mine, theirs)}{apart}"


def trial(left: Any, right: Any, question: Question) -> str | None:
    """The values at one point of two expressions that could not be decided, in words; None if no point has values."""
    budgeted = Question(question.domain, question.seed, Budget(WORK))
    for point in islice(points(names_of(left, right, question=budgeted), budgeted), TRIALS):
        try:
            values = [value(side, point, budgeted) for side in (left, right)]
        except TooMuchError:
            return None
        numbers = [number for number in values if number is not None]
        if len(numbers) == len(values):
            shown = [_number(number, NEGLIGIBLE * abs(number), _SHOWN_DIGITS[-1]) for number in numbers]
            return f"{_at(point, budgeted)}{' and '.join(shown)}"
    return None


def _at(point: Point, question: Question) -> str:
    values = ", ".join(f"{question.domain.label(name)} = {number}" for name, number in point.items())
    return f"for {values}, " if values else ""


def _number(value: Any, least: Any, digits: int) -> str:
    """Real and imaginary part, each only where it is more than rounding."""
    parts = [(mpmath.re(value), ""), (mpmath.im(value), "i")]
    texts = [_short(part, digits) + unit for part, unit in parts if abs(part) > least]
    return "".join(texts[:1] + [text if text.startswith("−") else f"+{text}" for text in texts[1:]]) or "0"


def _short(value: Any, digits: int) -> str:
    text: str = mpmath.nstr(value, digits, min_fixed=-4, max_fixed=6)
    return text.removesuffix(".0").replace("-", "−")


def _plainest(difference: Difference, question: Question) -> Difference:
    """The same difference at values that a person can check by hand, if it shows there.

    Where there is a choice, not as two opposite values: those read as a mistake in a sign.
    """
    budgeted = Question(question.domain, question.seed, Budget(WORK))
    opposite = None
    for point in plain_points(list(difference.point), question.domain):
        try:
            here = at(*difference.expressions, point, budgeted, DIGITS[:1])
        except TooMuchError:
            break
        if isinstance(here, Difference) and _shows(here.left, here.right):
            if _shows(here.left, -here.right):
                return here
            opposite = opposite or here
    return opposite or difference


def _shows(a: Any, b: Any) -> bool:
    return bool(abs(a - b) > SHOWS * max(abs(a), abs(b)))
