"""What the well-known mistakes of exercise 1 would give, so that a wrong answer can be named.

A name is given only when the mistake gives the student's answer exactly, which the right rule then does not. Where two
mistakes have the same result, the more common one comes first.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import cos, pi, sin

from grader.oracles.symbolic import Question
from grader.oracles.symbolic.chains import Line

from .polar import CARTESIAN_SIDE, CHAIN_RULE, COS, F_R, F_THETA, F_X, F_Y, SIN, THETA, R, X, Y, compare, is_equal

_F_R, _F_THETA = CHAIN_RULE[F_R], CHAIN_RULE[F_THETA]
_TURN = F_Y * COS - F_X * SIN  # ∂f/∂θ without its r
_DEGREES = {COS: cos(pi * THETA / 180), SIN: sin(pi * THETA / 180)}
_CROSS = 2 * F_X * F_Y * SIN * COS

PARTIALS: Mapping[str, tuple[tuple[str, Any], ...]] = {
    "df_dr": (
        ("wrong-variable", _F_THETA),
        ("inner-not-differentiated", F_X * X + F_Y * Y),
        ("sin-cos-swapped", F_X * SIN + F_Y * COS),
        ("sign-error", F_X * COS - F_Y * SIN),
        ("sign-error", F_Y * SIN - F_X * COS),
        ("sign-error", -_F_R),
        ("chain-rule-forgotten", F_X + F_Y),
        ("inner-derivatives-only", COS + SIN),
        ("one-path-only", F_X * COS),
        ("one-path-only", F_Y * SIN),
        ("divided-by-r", _F_R / R),
        ("product-for-sum", F_X * COS * F_Y * SIN),
        ("inverse-rule", F_R * COS - F_THETA * SIN / R),
        ("degrees", _F_R.xreplace(_DEGREES)),
    ),
    "df_dtheta": (
        ("wrong-variable", _F_R),
        ("missing-factor-r", _TURN),
        ("divided-by-r", _TURN / R),
        ("r-squared", R * _F_THETA),
        ("inner-not-differentiated", F_X * X + F_Y * Y),
        ("sin-cos-swapped", R * (F_Y * SIN - F_X * COS)),
        ("sin-cos-swapped", R * (F_X * COS - F_Y * SIN)),
        ("sign-error", R * (F_X * SIN + F_Y * COS)),
        ("sign-error", -R * (F_X * SIN + F_Y * COS)),
        ("sign-error", -_F_THETA),
        ("chain-rule-forgotten", F_X + F_Y),
        ("chain-rule-forgotten", R * (F_X + F_Y)),
        ("inner-derivatives-only", R * (COS - SIN)),
        ("one-path-only", R * F_Y * COS),
        ("one-path-only", -R * F_X * SIN),
        ("factor-r-once", -R * F_X * SIN + F_Y * COS),
        ("factor-r-once", -F_X * SIN + R * F_Y * COS),
        ("product-for-sum", -R * F_X * SIN * R * F_Y * COS),
        ("degrees", _F_THETA.xreplace(_DEGREES)),
    ),
}

# Values that a wrong line of the proof has, everything expressed in f_x and f_y.
LINES: tuple[tuple[str, Any], ...] = (
    ("missing-inverse-square", _F_R**2 + _F_THETA**2),
    ("r-not-squared", _F_R**2 + R * _TURN**2),
    ("r-not-squared", _F_R**2 + _TURN**2 / R),
    ("missing-factor-r", _F_R**2 + _TURN**2 / R**2),
    ("cross-term-forgotten", CARTESIAN_SIDE - _CROSS),
    ("cross-term-forgotten", CARTESIAN_SIDE + _CROSS),
    ("sign-error", CARTESIAN_SIDE - 2 * _CROSS),
    ("sign-error", CARTESIAN_SIDE + 2 * _CROSS),
    ("sign-error", _F_R**2 - _TURN**2),
    ("sign-error", F_X**2 - F_Y**2),
    ("sin-cos-swapped", (F_X * SIN + F_Y * COS) ** 2 + _TURN**2),
    ("sin-cos-swapped", _F_R**2 + (F_Y * SIN - F_X * COS) ** 2),
    ("square-of-a-sum", (F_X + F_Y) ** 2),
    ("square-of-a-sum", (_F_R + _TURN) ** 2),
    ("squares-forgotten", _F_R + _F_THETA / R**2),
    ("squares-forgotten", _F_R + _TURN),
    ("squares-forgotten", F_X + F_Y),
    ("inner-not-differentiated", (F_X * X + F_Y * Y) ** 2 + _TURN**2),
    ("chain-rule-forgotten", (F_X + F_Y) ** 2 + (F_X + F_Y) ** 2 / R**2),
    ("chain-rule-forgotten", F_X**2 + F_Y**2 / R**2),
    ("chain-rule-forgotten", (F_X + F_Y) ** 2 + _TURN**2),
    ("one-path-only", (F_X * COS) ** 2 + (F_Y * COS) ** 2),
    ("one-path-only", (F_X * COS) ** 2 + (F_X * SIN) ** 2),
    ("one-side-doubled", 2 * CARTESIAN_SIDE),
)


def of_partial(function: str, line: Line, question: Question) -> str | None:
    """The mistake that makes `line` of the chain rule for `function`. The line is known to be wrong."""
    return _first(line, PARTIALS[function], question)


def of_line(line: Line, question: Question) -> str | None:
    """The mistake that makes `line` of a side of the identity; None too where the line is right."""
    if compare(line, Line.of(CARTESIAN_SIDE), question, witnessed=False).verdict != "different":
        return None
    return _first(line, LINES, question)


def _first(line: Line, known: Iterable[tuple[str, Any]], question: Question) -> str | None:
    for mistake, value in known:
        if is_equal(line, Line.of(value), question):
            return mistake
    return None
