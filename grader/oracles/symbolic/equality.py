"""Three-valued equality of two expressions, and the witness of a difference."""

from dataclasses import dataclass
from typing import Any, Literal

import mpmath

from . import evaluation, normal_form
from .bounds import Budget, TooMuchError

_GREEK = {"theta": "θ", "f_theta": "f_θ"}
_SHOWN_DIGITS = (2, 3, 4, 6, 9)  # as few as tell the two values apart
NEGLIGIBLE = 1e-20  # of both values together: what is left of a zero after rounding


@dataclass(frozen=True)
class Answer:
    """`exact` where algebra decided, not numbers. `difference` where a point shows that they differ."""

    verdict: Literal["equal", "different", "undecided"]
    exact: bool = False
    difference: evaluation.Difference | None = None
    why: str = ""


def compare(left: Any, right: Any, budget: Budget, *, rounded: bool = False) -> Answer:
    """Two expressions in the contract's symbols, read and within bounds. `rounded`: see `evaluation.compare`."""
    if left == right:
        return Answer("equal", exact=True)
    exact = None if rounded else normal_form.same(left, right, budget)
    if exact:
        return Answer("equal", exact=True)
    try:
        found = evaluation.compare(left, right, budget, rounded=rounded)
    except TooMuchError as error:
        found, why = None, str(error)
    else:
        why = "there are too few points at which both sides have a value that can be computed"
    if isinstance(found, evaluation.Difference):
        return Answer("different", exact is False, found)
    if exact is False:
        return Answer("different", exact=True, why="the two differ, if only by very little")
    return Answer("equal") if found else Answer("undecided", why=why)


def witness(difference: evaluation.Difference | None, yours: str, other: str) -> str | None:
    """`at r = 1.3, θ = 2.1 your step is 0.86, the one before −0.86`, with `yours` and `other` as the two phrases."""
    if difference is None:
        return None
    point = ", ".join(f"{_GREEK.get(name, name)} = {_decimal(value)}" for name, value in difference.point.items())
    left, right = difference.left, difference.right
    least = NEGLIGIBLE * min(1, abs(left) + abs(right))
    shown = [(_number(left, least, digits), _number(right, least, digits)) for digits in _SHOWN_DIGITS]
    mine, theirs = next((pair for pair in shown if pair[0] != pair[1]), shown[-1])
    apart = f", and they are {_short(abs(left - right), 2)} apart" if mine == theirs else ""
    return f"{f'at {point} ' if point else ''}{yours} {mine}, {other} {theirs}{apart}"


def _decimal(value: Any) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".").replace("-", "−")


def _number(value: Any, least: Any, digits: int) -> str:
    """Real and imaginary part, each only where it is more than rounding."""
    parts = [(mpmath.re(value), ""), (mpmath.im(value), "i")]
    texts = [_short(part, digits) + unit for part, unit in parts if abs(part) > least]
    return "".join(texts[:1] + [text if text.startswith("−") else f"+{text}" for text in texts[1:]]) or "0"


def _short(value: Any, digits: int) -> str:
    text: str = mpmath.nstr(value, digits, min_fixed=-4, max_fixed=6)
    return text.removesuffix(".0").replace("-", "−")
