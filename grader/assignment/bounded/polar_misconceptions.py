"""What the well-known mistakes of exercise 1 would give, so that a wrong answer can be named.

A name is given only when the mistake gives the student's answer exactly, which the right rule then does not. Where two
mistakes have the same result, the more common one comes first.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import cos, floor, pi, sin

from grader.oracles.misconceptions import Misconception, recognise
from grader.oracles.symbolic import Question
from grader.oracles.symbolic.chains import Line

from .polar import CARTESIAN_SIDE, CHAIN_RULE, COS, F_R, F_THETA, F_X, F_Y, SIN, THETA, R, X, Y, compare, is_equal

_F_R, _F_THETA = CHAIN_RULE[F_R], CHAIN_RULE[F_THETA]
_TURN = F_Y * COS - F_X * SIN  # ∂f/∂θ without its r
_DEGREES = {COS: cos(pi * THETA / 180), SIN: sin(pi * THETA / 180)}
_CROSS = 2 * F_X * F_Y * SIN * COS

_SENTENCES = {
    "wrong-variable": "This is the derivative with respect to the other variable. Which of r and θ is held fixed here?",
    "inner-not-differentiated": "x = r·cos θ and y = r·sin θ have to be differentiated here, not inserted.",
    "sin-cos-swapped": "Sine and cosine are swapped. Which one belongs to x, and what is its derivative with "
    "respect to this variable?",
    "sign-error": "A sign is wrong. Check the derivative of the cosine, and the signs when multiplying out.",
    "chain-rule-forgotten": "The inner derivatives are missing: each term needs the rate at which x (or y) changes.",
    "inner-derivatives-only": "f_x and f_y are missing: each inner derivative is multiplied by one of them.",
    "one-path-only": "f depends on r and θ along two paths, through x and through y. One of them is missing.",
    "divided-by-r": "There is an extra division by r. Does the chain rule divide by anything?",
    "product-for-sum": "The contributions of the two paths, through x and through y, are added, not multiplied.",
    "inverse-rule": "This is the rule for the opposite direction, which gives f_x and f_y from f_r and f_theta.",
    "degrees": "The angle is in radians here; nothing has to be converted to degrees.",
    "missing-factor-r": "A factor r is missing. Differentiate r·cos θ with respect to θ again: what happens to the r?",
    "r-squared": "There is an extra factor r.",
    "factor-r-once": "Only one of the two terms has the factor r.",
    "missing-inverse-square": "The factor 1/r² before the square of f_theta is missing.",
    "r-not-squared": "A power of r is off: compare the factor before the second square with 1/r².",
    "cross-term-forgotten": "A mixed term is missing: (a + b)² has 2ab in it, and here two such terms have to cancel.",
    "square-of-a-sum": "The square of a sum is not the sum of the squares.",
    "squares-forgotten": "The derivatives have to be squared.",
    "floor-division": "// divides and rounds down; a fraction is written with a single /.",
    "one-side-doubled": "This is exactly twice as large as it should be: something is counted twice.",
}


def _of(name: str, *models: Any) -> Misconception[Any]:
    return Misconception(name, _SENTENCES[name], models)


PARTIALS: Mapping[str, tuple[Misconception[Any], ...]] = {
    "df_dr": (
        _of("wrong-variable", _F_THETA),
        _of("inner-not-differentiated", F_X * X + F_Y * Y),
        _of("sin-cos-swapped", F_X * SIN + F_Y * COS),
        _of("sign-error", F_X * COS - F_Y * SIN, F_Y * SIN - F_X * COS, -_F_R),
        _of("chain-rule-forgotten", F_X + F_Y),
        _of("inner-derivatives-only", COS + SIN),
        _of("one-path-only", F_X * COS, F_Y * SIN),
        _of("divided-by-r", _F_R / R),
        _of("product-for-sum", F_X * COS * F_Y * SIN),
        _of("inverse-rule", F_R * COS - F_THETA * SIN / R),
        _of("degrees", _F_R.xreplace(_DEGREES)),
    ),
    "df_dtheta": (
        _of("wrong-variable", _F_R),
        _of("missing-factor-r", _TURN),
        _of("divided-by-r", _TURN / R),
        _of("r-squared", R * _F_THETA),
        _of("inner-not-differentiated", F_X * X + F_Y * Y),
        _of("sin-cos-swapped", R * (F_Y * SIN - F_X * COS), R * (F_X * COS - F_Y * SIN)),
        _of("sign-error", R * (F_X * SIN + F_Y * COS), -R * (F_X * SIN + F_Y * COS), -_F_THETA),
        _of("chain-rule-forgotten", F_X + F_Y, R * (F_X + F_Y)),
        _of("inner-derivatives-only", R * (COS - SIN)),
        _of("one-path-only", R * F_Y * COS, -R * F_X * SIN),
        _of("factor-r-once", -R * F_X * SIN + F_Y * COS, -F_X * SIN + R * F_Y * COS),
        _of("product-for-sum", -R * F_X * SIN * R * F_Y * COS),
        _of("degrees", _F_THETA.xreplace(_DEGREES)),
    ),
}

# Values that a wrong line of the proof has, everything expressed in f_x and f_y.
LINES: tuple[Misconception[Any], ...] = (
    _of("missing-inverse-square", _F_R**2 + _F_THETA**2),
    _of("r-not-squared", _F_R**2 + R * _TURN**2, _F_R**2 + _TURN**2 / R),
    _of("missing-factor-r", _F_R**2 + _TURN**2 / R**2),
    _of("cross-term-forgotten", CARTESIAN_SIDE - _CROSS, CARTESIAN_SIDE + _CROSS),
    _of("sign-error", CARTESIAN_SIDE - 2 * _CROSS, CARTESIAN_SIDE + 2 * _CROSS, _F_R**2 - _TURN**2, F_X**2 - F_Y**2),
    _of("sin-cos-swapped", (F_X * SIN + F_Y * COS) ** 2 + _TURN**2, _F_R**2 + (F_Y * SIN - F_X * COS) ** 2),
    _of("square-of-a-sum", (F_X + F_Y) ** 2, (_F_R + _TURN) ** 2),
    _of("squares-forgotten", _F_R + _F_THETA / R**2, _F_R + _TURN, F_X + F_Y),
    _of("inner-not-differentiated", (F_X * X + F_Y * Y) ** 2 + _TURN**2),
    _of(
        "chain-rule-forgotten",
        (F_X + F_Y) ** 2 + (F_X + F_Y) ** 2 / R**2,
        F_X**2 + F_Y**2 / R**2,
        (F_X + F_Y) ** 2 + _TURN**2,
    ),
    _of("one-path-only", (F_X * COS) ** 2 + (F_Y * COS) ** 2, (F_X * COS) ** 2 + (F_X * SIN) ** 2),
    _of("one-side-doubled", 2 * CARTESIAN_SIDE),
)


_FLOOR_DIVISION = _of("floor-division")


def of_partial(function: str, line: Line, question: Question) -> Misconception[Any] | None:
    """The misconception that makes `line` of the chain rule for `function`. The line is known to be wrong."""
    if _is_rounded(line, CHAIN_RULE[{"df_dr": F_R, "df_dtheta": F_THETA}[function]], question):
        return _FLOOR_DIVISION
    return recognise(PARTIALS[function], lambda value: is_equal(line, Line.of(value), question))


def of_line(line: Line, question: Question) -> Misconception[Any] | None:
    """The misconception that makes `line` of a side of the identity; None too where the line is right."""
    if compare(line, Line.of(CARTESIAN_SIDE), question, witnessed=False).verdict != "different":
        return None
    if _is_rounded(line, CARTESIAN_SIDE, question):
        return _FLOOR_DIVISION
    return recognise(LINES, lambda value: is_equal(line, Line.of(value), question))


def _is_rounded(line: Line, right: Any, question: Question) -> bool:
    """Whether it would be right without its floors."""
    if line.value is None or not line.value.has(floor):
        return False
    return is_equal(replace(line, value=_without_floors(line.value)), Line.of(right), question)


def _without_floors(node: Any) -> Any:
    if not node.args:
        return node
    parts = [_without_floors(part) for part in node.args]
    return parts[0] if isinstance(node, floor) else node.func(*parts, evaluate=False)
