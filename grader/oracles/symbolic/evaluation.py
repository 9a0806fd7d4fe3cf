"""Numbers instead of algebra: two expressions compared at points of the declared domain, far beyond rounding.

The domain is part of the question: r > 0, θ in (-π, π) in all four quadrants and away from special angles, every other
symbol real. Each side is worked out twice, with 30 digits (more where its own numbers have more) and with the double.
Two values agree if what separates them shrinks as the digits grow, and differ if it stays; where neither is clear the
digits are doubled. So neither cancellation nor a tiny planted error is mistaken for the other.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Any, TypeAlias

import mpmath
import sympy

from .bounds import Budget, TooMuchError, constant, constant_bits

POINTS = 12  # false agreement at one generic point is already next to impossible; twelve reach every quadrant thrice
DRAWS = 36  # points tried for it: some may hit a pole
SHORT_POINTS = 4  # the first ones have one decimal, for witnesses that are easy to type in
DIGITS = 30
DOUBLINGS = (1, 2, 4)  # of the digits, until it is clear
DIGITS_PER_BIT = 0.31
CLEAR = 20  # digits by which a difference has to shrink, of the DIGITS gained
STAYS = 5  # digits by which it has to stand out from rounding
FLOAT_TOLERANCE = 1e-12  # relative, where a side has rounded decimals in it: they carry 16 digits
MAX_BITS = 20_000  # of a value's magnitude: about 10**6000
NODE_WORK = 12  # units for one operation at these precisions

Point: TypeAlias = Mapping[str, Fraction]
Number: TypeAlias = Any  # mpmath's mpf and mpc, which have no stubs

_FUNCTIONS = (
    *("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "sinh", "cosh", "tanh", "coth"),
    *("asinh", "acosh", "atanh", "exp", "log", "sign", "re", "im", "conjugate", "arg"),
)
_BY_NAME = {"log": "ln", "conjugate": "conj", "Abs": "fabs"}
_GROWING = ("exp", "sinh", "cosh")


class UndefinedError(Exception):
    """There is no finite value at this point, or none that could be computed."""


@dataclass(frozen=True)
class Difference:
    """A point and the two values there."""

    point: Point
    left: Number
    right: Number


def compare(left: Any, right: Any, budget: Budget, *, rounded: bool = False) -> Difference | bool | None:
    """A difference, True where both agree at POINTS points, None where that cannot be told.

    `rounded` says that a side contains decimals such as 0.3333333333333333: those are compared as floats are.
    """
    names = sorted({symbol.name for symbol in left.free_symbols | right.free_symbols}, key=_reading_order)
    bits = max(constant_bits(left), constant_bits(right))
    digits = DIGITS + int(DIGITS_PER_BIT * bits)
    agreed = 0
    for point in islice(points(names), DRAWS):
        try:
            if rounded:
                values: Difference | bool | None = _at_rounded(left, right, point, budget)
            else:
                values = _at(left, right, point, budget, digits)
        except UndefinedError:
            continue
        if isinstance(values, Difference):
            return values
        agreed += values is True
        if agreed == POINTS:
            return True
    return None


def points(names: list[str]) -> Iterator[Point]:
    """The same endless row of points for the same names."""
    index = 0
    while True:
        decimals = 1 if index < SHORT_POINTS else 3
        yield {name: _coordinate(name, index, decimals) for name in names}
        index += 1


def _reading_order(name: str) -> tuple[bool, bool, str]:
    """r, θ, and then the others."""
    return name != "r", name != "theta", name


def _coordinate(name: str, index: int, decimals: int) -> Fraction:
    draw = random.Random(f"{name} at {index}")
    if name == "theta":  # quadrants in turn; 0.2 .. 0.5 past an axis keeps clear of multiples of π/4 and π/6
        turned = (2.1, 0.3, -0.4, -2.8, 1.2, -1.3, 2.7, -1.9)[index % 8] + draw.uniform(-0.05, 0.05) * (decimals - 1)
        return Fraction(round(turned, decimals)).limit_denominator(1000)
    low, high = (0.3, 0.9) if (index % 2 if name == "r" else draw.random() < 0.5) else (1.2, 2.9)
    size = Fraction(round(draw.uniform(low, high), decimals)).limit_denominator(1000)
    return size if name == "r" or draw.random() < 0.5 else -size


def _at_rounded(left: Any, right: Any, point: Point, budget: Budget) -> Difference | bool:
    machine = _Machine(DIGITS, point, budget)
    a, b = machine.value(left), machine.value(right)
    return bool(abs(a - b) <= FLOAT_TOLERANCE * (1 + max(abs(a), abs(b)))) or Difference(point, a, b)


def _at(left: Any, right: Any, point: Point, budget: Budget, least: int) -> Difference | bool | None:
    for digits in (least * factor for factor in DOUBLINGS):
        coarse, fine = _Machine(digits, point, budget), _Machine(2 * digits, point, budget)
        a, b = fine.value(left), fine.value(right)
        apart, size = abs(a - b), max(abs(a), abs(b))
        noise = abs(a - coarse.value(left)) + abs(b - coarse.value(right)) + size / fine.context.mpf(10) ** digits
        if apart <= noise / fine.context.mpf(10) ** CLEAR:
            return True
        if apart >= noise * 10**STAYS:
            return Difference(point, a, b)
    return None


@cache
def _context(digits: int) -> Any:
    """mpmath of our own: its global precision is anybody's."""
    context = mpmath.mp.clone()
    context.dps = digits
    return context


class _Machine:
    """Works out an expression at one point with so many digits, and refuses numbers that outgrow all bounds."""

    def __init__(self, digits: int, point: Point, budget: Budget) -> None:
        self.context = _context(digits)
        self.point = point
        self.budget = budget

    def value(self, node: Any) -> Number:
        """Raises UndefinedError at a pole and TooMuchError for a number beyond MAX_BITS."""
        self.budget.spend(NODE_WORK)
        try:
            result = self.operate(node)
        except (ZeroDivisionError, ValueError, OverflowError, mpmath.libmp.NoConvergence) as error:
            raise UndefinedError from error
        if not self.context.isfinite(result):
            raise UndefinedError
        if result and self.context.mag(result) > MAX_BITS:
            raise TooMuchError("its numbers outgrow all bounds")
        return result

    def operate(self, node: Any) -> Number:
        match node:
            case sympy.Rational():
                return self.context.mpf(int(node.p)) / int(node.q)
            case sympy.Symbol():
                value = self.point[node.name]
                return self.context.mpf(value.numerator) / value.denominator
            case sympy.Add():
                return self.context.fsum(self.value(part) for part in node.args)
            case sympy.Mul():
                return self.context.fprod(self.value(part) for part in node.args)
            case sympy.Pow():
                return self.power(*node.args)
        constants = {sympy.pi: "pi", sympy.E: "e", sympy.I: "j"}
        if node in constants:
            return +getattr(self.context, constants[node])
        return self.function(type(node).__name__, [self.value(part) for part in node.args])

    def power(self, base: Any, exponent: Any) -> Number:
        whole = constant(exponent)
        bottom = self.value(base)
        if whole is not None and whole.denominator == 1:
            self.bound(abs(whole) * abs(self.context.mag(bottom)) if bottom else 0)
            return bottom ** int(whole)
        top = self.value(exponent)
        self.bound(abs(top) * (abs(self.context.mag(bottom)) + 1) if bottom else 0)
        return bottom**top

    def function(self, name: str, values: list[Number]) -> Number:
        if name == "atan2":
            return self.context.atan2(*(self.real(value) for value in values))
        if name in ("Max", "Min"):
            return (max if name == "Max" else min)(self.real(value) for value in values)
        if name not in (*_FUNCTIONS, "Abs") or len(values) != 1:
            raise UndefinedError
        if name in _GROWING:
            self.bound(abs(values[0]) * 2)
        return getattr(self.context, _BY_NAME.get(name, name))(values[0])

    def bound(self, bits: Any) -> None:
        """Before the operation: its result may not even fit into memory."""
        if bits > MAX_BITS:
            raise TooMuchError("its numbers outgrow all bounds")

    def real(self, value: Number) -> Number:
        """The value without an imaginary part that is only rounding."""
        if abs(self.context.im(value)) > abs(value) / self.context.mpf(10) ** (self.context.dps - 5):
            raise UndefinedError
        return self.context.re(value)
