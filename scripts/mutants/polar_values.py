"""The value of an expression of exercise 1 at drawn points, with many digits, and whether two agree.

f is taken to be a polynomial with random coefficients, another one at each point, so that f_x, f_y, f_r and f_theta are
numbers that belong together, and any derivative of an abstract f has a value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy.core.function import AppliedUndef

from scripts.mutants.abstract_function import (
    F_R,
    F_THETA,
    F_X,
    F_Y,
    PLAIN_X,
    PLAIN_Y,
    THETA,
    R,
    concrete,
    with_partials,
)
from scripts.mutants.asking import Undecided

SEED = 20261127
POINTS = 20
ENOUGH = 8  # points at which an expression has to have a value
SAME, OTHER = mpmath.mpf(10) ** -30, mpmath.mpf(10) ** -10  # relative; between the two nothing is decided
UNIT = 24  # parts of θ whose sine and cosine are taken for independent

PARTIALS = (F_X, F_Y, R, THETA)
ALL = (F_R, F_THETA, *PARTIALS)
SYMBOLS = {symbol.name: symbol for symbol in ALL} | {"x": PLAIN_X, "y": PLAIN_Y}
mpmath.mp.dps = 60


@dataclass(frozen=True)
class Point:
    """Values of r, θ, the partial derivatives, and x and y; the cosine and sine of θ / UNIT as two numbers."""

    values: dict[str, Any]
    z: Any  # cos + i sin of θ / UNIT, and cos − i sin
    w: Any

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Point":
        r, theta = mpmath.mpf(rng.uniform(0.2, 4)), mpmath.mpf(rng.uniform(-3.1, 3.1))
        f_x, f_y = (mpmath.mpf(rng.uniform(-3, 3)) for _ in range(2))
        c, s = mpmath.cos(theta), mpmath.sin(theta)
        values = {"r": r, "theta": theta, "f_x": f_x, "f_y": f_y, "plain_x": r * c, "plain_y": r * s}
        values |= {"f_r": f_x * c + f_y * s, "f_theta": r * (f_y * c - f_x * s)}
        values |= {"here_x": r * c, "here_y": r * s}
        values |= {f"k_{index}": mpmath.mpf(rng.uniform(-3, 3)) for index in range(4)}
        turn = mpmath.expj(theta / UNIT)
        return cls(values, turn, 1 / turn)

    def untied(self, rng: np.random.Generator) -> "Point":
        """Another θ, another sine, another cosine; no two belong together."""
        z, w = (mpmath.mpc(rng.uniform(0.7, 1.3), rng.uniform(-0.3, 0.3)) for _ in range(2))
        c, s = (z**UNIT + w**UNIT) / 2, (z**UNIT - w**UNIT) / 2j
        theta = mpmath.mpf(rng.uniform(-3, 3))
        r = self.values["r"]
        return Point(self.values | {"theta": theta, "plain_x": r * c, "plain_y": r * s}, z, w)

    def carrying(self, f_r: Any, f_theta: Any) -> "Point":
        """With a student's own values of the two derivatives."""
        return Point(self.values | {"f_r": f_r, "f_theta": f_theta}, self.z, self.w)


_RNG = np.random.default_rng(SEED)
DRAWN = [Point.draw(_RNG) for _ in range(POINTS)]
UNTIED = [[point.untied(_RNG) for _ in range(3)] for point in DRAWN[:6]]


class Unknown(Exception):  # noqa: N818 - a finding, not an error
    """A symbol or a thing that has no value: whatever contains it is wrong."""


def read(value: Any) -> Any:
    """An expression in the exercise's symbols, derivatives carried out. Raises Unknown for anything else."""
    if isinstance(value, sympy.MatrixBase | list | tuple) and len(value) == 1:
        return read(value[0])
    if isinstance(value, bool) or not isinstance(value, int | float | complex | sympy.Expr):
        raise Unknown
    expression = sympy.sympify(value)
    if expression.has(sympy.nan, sympy.zoo, sympy.oo):
        raise Unknown
    named = {symbol: SYMBOLS[symbol.name] for symbol in expression.free_symbols if symbol.name in SYMBOLS}
    if any(symbol != meant for symbol, meant in named.items()):  # else it stays as it was written
        expression = expression.xreplace(named)
    if expression.atoms(AppliedUndef):
        expression = with_partials(expression)
    if expression.has(sympy.Derivative, sympy.Subs):
        expression = with_partials(expression.doit())
    if any(symbol.name not in DRAWN[0].values for symbol in expression.free_symbols):
        raise Unknown
    return expression


def number(node: Any, point: Point) -> Any:
    """The value at a point. Raises ZeroDivisionError where there is none."""
    if isinstance(node, sympy.Rational):
        return mpmath.mpf(int(node.p)) / int(node.q)
    if isinstance(node, sympy.Float):
        return mpmath.mpf(float(node))
    if isinstance(node, sympy.Symbol):
        return point.values[node.name]
    constants = {sympy.pi: mpmath.pi, sympy.E: mpmath.e, sympy.I: mpmath.mpc(0, 1)}
    if node in constants:
        return +constants[node]
    turn = turned(node, point)
    if turn is not None:
        return turn
    parts = [number(part, point) for part in node.args]
    if isinstance(node, sympy.Add):
        return mpmath.fsum(parts)
    if isinstance(node, sympy.Mul):
        return mpmath.fprod(parts)
    if isinstance(node, sympy.Pow):
        return parts[0] ** parts[1] if node.args[1] != sympy.S.Half else mpmath.sqrt(parts[0])
    if isinstance(node, sympy.floor | sympy.ceiling) and mpmath.im(parts[0]) == 0:
        return mpmath.floor(parts[0]) if isinstance(node, sympy.floor) else mpmath.ceil(parts[0])
    if isinstance(node, AppliedUndef | sympy.Derivative | sympy.Subs | sympy.floor | sympy.ceiling):
        raise Undecided  # with sine and cosine taken for independent, these have no value
    if isinstance(node, sympy.Abs):
        return abs(parts[0])
    function = getattr(mpmath, type(node).__name__, None)
    if function is None:
        raise Undecided
    return function(*parts)


def turned(node: Any, point: Point) -> Any:
    """Sine, cosine and their like of a multiple of θ, from the point's cosine and sine."""
    names = ("sin", "cos", "tan", "cot", "sec", "csc")
    is_exponential = isinstance(node, sympy.exp)
    if type(node).__name__ not in names and not is_exponential:
        return None
    argument = sympy.expand(node.args[0] / sympy.I if is_exponential else node.args[0])
    if not argument.has(THETA):
        return None
    factor = argument.coeff(THETA)
    rest = argument - factor * THETA
    if not factor.is_Rational or rest.has(THETA) or (UNIT * factor).q != 1:
        if point.values["theta"] != DRAWN[0].values["theta"]:
            raise Undecided
        return None
    steps, phase = int(UNIT * factor), mpmath.expj(number(rest, point))
    plus, minus = point.z**steps * phase, point.w**steps / phase
    c, s = (plus + minus) / 2, (plus - minus) / 2j
    if is_exponential:
        return plus
    return {"sin": s, "cos": c, "tan": s / c, "cot": c / s, "sec": 1 / c, "csc": 1 / s}[type(node).__name__]


def same(left: Callable[[Point], Any], right: Callable[[Point], Any], points: Sequence[Point] = DRAWN) -> bool:
    """Whether two functions of a point agree. Raises Undecided where they nearly do."""
    agreements = 0
    for point in points:
        try:
            a, b = left(point), right(point)
        except (ZeroDivisionError, ValueError):
            continue
        error = abs(a - b) / max(abs(a), abs(b), mpmath.mpf(1) / 100)
        if error > OTHER:
            return False
        if error > SAME:
            raise Undecided
        agreements += 1
    if agreements < min(ENOUGH, len(points)):
        raise Undecided
    return True


def of(expression: Any) -> Callable[[Point], Any]:
    plain = concrete(expression) if expression.atoms(AppliedUndef) else expression
    return lambda point: number(plain, point)


def has(expression: Any, *names: str) -> bool:
    """Whether a symbol occurs; x and y are r and θ."""
    symbols = {symbol.name for symbol in expression.free_symbols}
    if symbols & {"plain_x", "plain_y"}:
        symbols |= {"r", "theta"}
    return not symbols.isdisjoint(names)
