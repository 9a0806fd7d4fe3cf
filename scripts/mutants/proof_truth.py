"""Which points of exercise 1 a file deserves: values of its expressions, with many digits, at many points.

f is taken to be a polynomial with random coefficients, another one at each point, so that f_x, f_y, f_r and f_theta are
numbers that belong together, and any derivative of an abstract f has a value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from types import ModuleType
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
from scripts.mutants.asking import Undecided, ask, share

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


def shares(module: ModuleType) -> dict[str, float | None]:
    """1.1 to 1.4."""
    return {
        "1.1": share(lambda: [partial_is_right(module.df_dr, "f_r")]),
        "1.2": share(lambda: [partial_is_right(module.df_dtheta, "f_theta")]),
        "1.3": share(lambda: [substitution_is_right(module)]),
        "1.4": share(lambda: [chain_is_right(module)]),
    }


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


def partial_is_right(function: Callable[..., Any], name: str) -> bool:
    value = read(ask(lambda *args: function(*args), *PARTIALS))
    return not has(value, "f_r", "f_theta") and same(of(value), lambda point: point.values[name])


def lines_of(module: ModuleType) -> list[Any]:
    """The lines, None for one that is not an expression of the exercise. Raises ValueError for what is no list."""
    answer = ask(lambda *args: module.proof(*args), *ALL)
    answer = answer.tolist() if hasattr(answer, "tolist") else answer
    if not isinstance(answer, list | tuple) or len(answer) == 0:
        raise ValueError
    if len(answer) == 1 and isinstance(answer[0], list | tuple):
        answer = answer[0]
    if len(answer) < 2:
        raise ValueError
    return [line_of(line) for line in answer]


def line_of(line: Any) -> Any:
    try:
        return read(line)
    except Unknown:
        return None


@dataclass(frozen=True)
class Way:
    """What is replaced, the side that is reached, and the two squares."""

    replaced: tuple[str, str]
    left: tuple[str, str]
    side: Callable[[Point], Any]
    squares: tuple[Callable[[Point], Any], Callable[[Point], Any]]


def _polar(point: Point) -> Any:
    return point.values["f_r"] ** 2 + (point.values["f_theta"] / point.values["r"]) ** 2


def _cartesian(point: Point) -> Any:
    return point.values["f_x"] ** 2 + point.values["f_y"] ** 2


FORWARD = Way(
    ("f_r", "f_theta"),
    ("f_x", "f_y"),
    _cartesian,
    (lambda p: p.values["f_r"] ** 2, lambda p: (p.values["f_theta"] / p.values["r"]) ** 2),
)
INVERSE = Way(
    ("f_x", "f_y"),
    ("f_r", "f_theta"),
    _polar,
    (lambda p: p.values["f_x"] ** 2, lambda p: p.values["f_y"] ** 2),
)


def substituted(lines: list[Any], way: Way) -> Any:
    """The line that shows the substitution, None where there is none."""
    replaced = [line is not None and has(line, *way.replaced) for line in lines]
    candidates = [
        index
        for index, line in enumerate(lines)
        if line is not None
        and not replaced[index]
        and has(line, "theta")
        and any(replaced[max(0, index - 1) : index + 2])
    ]
    if not candidates:
        return None
    free = [
        line is None or (bool(line.free_symbols) and not is_replaced)
        for line, is_replaced in zip(lines, replaced, strict=True)
    ]
    return lines[candidates[0] if replaced.index(True) < free.index(True) else candidates[-1]]


def matters(line: Any, way: Way) -> bool:
    """Whether θ matters: not only in cos² + sin² = 1, or else the two squares are there."""
    for group in UNTIED:
        values = [of(line)(point) for point in group]
        if max(abs(value - values[0]) for value in values) > OTHER * max(1, abs(values[0])):
            return True
    terms = sympy.Add.make_args(line)
    return any(
        all(
            same(lambda point, some=some: mpmath.fsum(of(term)(point) for term in some), square)  # type: ignore[misc]
            for some, square in zip((chosen, [term for term in terms if term not in chosen]), way.squares, strict=True)
        )
        for count in range(1, len(terms))
        for chosen in combinations(terms, count)
    )


def substitution_is_right(module: ModuleType) -> bool:
    functions = [getattr(module, name, None) for name in ("df_dr", "df_dtheta")]
    partials = [own_partial(function) for function in functions]
    lines = lines_of(module)
    for way in (FORWARD, INVERSE):
        line = substituted(lines, way)
        if line is None:
            continue
        right = same(of(line), way.side)
        if (right or is_carried(line, way, partials)) and matters(line, way):
            return True
    if None in lines and any(map(is_foreign, functions)):
        raise Undecided  # it may be carried forward, but has no value here
    return False


def is_foreign(function: Any) -> bool:
    """Whether it gives an expression that has no value."""
    try:
        read(ask(lambda *args: function(*args), *PARTIALS))
    except Unknown:
        return True
    except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
        return False
    return False


def own_partial(function: Any) -> Any:
    try:
        return read(ask(lambda *args: function(*args), *PARTIALS))
    except Undecided:
        raise
    except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
        return None


def is_carried(line: Any, way: Way, partials: Sequence[Any]) -> bool:
    """Whether the line is what one's own derivatives give, one of them being wrong."""

    def values(point: Point) -> list[Any]:
        names = ("f_r", "f_theta")
        return [
            point.values[name] if mine is None else of(mine)(point) for name, mine in zip(names, partials, strict=True)
        ]

    wrong = [
        mine is not None and not same(of(mine), lambda point, name=name: point.values[name])  # type: ignore[misc]
        for mine, name in zip(partials, ("f_r", "f_theta"), strict=True)
    ]
    if not any(wrong):
        return False
    if way is FORWARD:
        return same(of(line), lambda point: values(point)[0] ** 2 + (values(point)[1] / point.values["r"]) ** 2)
    return same(lambda point: of(line)(point.carrying(*values(point))), _cartesian)


def chain_is_right(module: ModuleType) -> bool:
    lines = lines_of(module)
    if None in lines:
        return False
    if not all(same(of(a), of(b)) for a, b in pairwise(lines)):
        return False
    ends = {side_of(lines[0]), side_of(lines[-1])}
    if ends != {"polar", "cartesian"}:
        return False
    for way in (FORWARD, INVERSE):
        line = substituted(lines, way)
        if line is not None and same(of(line), way.side) and matters(line, way):
            return True
    return False


def side_of(line: Any) -> str:
    """Which side of the identity a line is, in that side's own symbols."""
    if not has(line, "f_x", "f_y", "theta") and same(of(line), _polar):
        return "polar"
    if not has(line, "f_r", "f_theta", "r", "theta") and same(of(line), _cartesian):
        return "cartesian"
    return ""
