"""A difference in words: at which values of the symbols two expressions differ, and what they are there."""

from typing import Any

import mpmath

from .bounds import Budget, TooMuchError
from .domain import Question
from .evaluation import DIGITS, Difference, at
from .sampling import plain_points

SHOWS = 1e-2  # the relative difference of two values that a witness shows, and of one and the other's opposite
WORK = 100_000  # units for the search of plain values, beside those of the question
_SHOWN_DIGITS = (3, 4, 6, 9)  # as few as tell the two values apart
NEGLIGIBLE = 1e-20  # of both values together: what is left of a zero after rounding


def witness(difference: Difference | None, question: Question, yours: str, other: str) -> str | None:
    """`at r = 2, θ = π/2 your step is 0.86, the one before −0.86`, with `yours` and `other` as the two phrases."""
    if difference is None:
        return None
    difference = _plainest(difference, question)
    point = ", ".join(f"{question.domain.label(name)} = {value}" for name, value in difference.point.items())
    left, right = difference.left, difference.right
    least = NEGLIGIBLE * min(1, abs(left) + abs(right))
    shown = [(_number(left, least, digits), _number(right, least, digits)) for digits in _SHOWN_DIGITS]
    mine, theirs = next((pair for pair in shown if pair[0] != pair[1]), shown[-1])
    apart = f", and they are {_short(abs(left - right), 2)} apart" if mine == theirs else ""
    return f"{f'at {point} ' if point else ''}{yours} {mine}, {other} {theirs}{apart}"


def _number(value: Any, least: Any, digits: int) -> str:
    """Real and imaginary part, each only where it is more than rounding."""
    parts = [(mpmath.re(value), ""), (mpmath.im(value), "i")]
    texts = [_short(part, digits) + unit for part, unit in parts if abs(part) > least]
    return "".join(texts[:1] + [text if text.startswith("−") else f"+{text}" for text in texts[1:]]) or "0"


def _short(value: Any, digits: int) -> str:
    text: str = mpmath.nstr(value, digits, min_fixed=-4, max_fixed=6)
    return text.removesuffix(".0").replace("-", "−")


def _plainest(found: Difference, question: Question) -> Difference:
    """The same difference at values that a person can check by hand, if it shows there.

    Where there is a choice, not as two opposite values: those read as a mistake in a sign.
    """
    own = Question(question.domain, question.seed, Budget(WORK))
    opposite = None
    for point in plain_points(list(found.point), question.domain):
        try:
            here = at(*found.expressions, point, own, DIGITS[:1])
        except TooMuchError:
            break
        if isinstance(here, Difference) and _shows(here.left, here.right):
            if _shows(here.left, -here.right):
                return here
            opposite = opposite or here
    return opposite or found


def _shows(a: Any, b: Any) -> bool:
    return bool(abs(a - b) > SHOWS * max(abs(a), abs(b)))
