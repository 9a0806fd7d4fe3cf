"""How much an expression may be, and how much work a question may cost, before the program hands it to a person.

A student's expression can be small to write and endless to work out (10**10**10, a hundred thousand terms, a thousand
nested roots). So its structure is looked at before any algebra, and what the algebra does is counted in units of about
a microsecond. Counts, and not clocks: the same expression has the same outcome on every machine.
"""

from fractions import Fraction
from typing import Any

import sympy

MAX_NODES = 3_000  # the longest honest line, everything expanded, has under 300
MAX_DEPTH = 60  # honest lines are nested up to 15 deep; Python's own stack is good for about 100 of sympy's levels
MAX_WEIGHT = 20_000  # bits of all its numbers, powers multiplied out; honest lines stay below 500
MAX_EXPONENT_BITS = 64  # of an exponent that is itself an expression in numbers
MAX_CONSTANT_BITS = 2_000  # of constants, as far as the precision follows them
MAX_LINES = 100  # of a proof; honest ones have 3 to 15
MAX_WORK = 1_000_000  # units a question, about one second; honest ones take under 100,000
MAX_WORK_TOGETHER = 3_000_000  # of questions asked in one call, which has a few seconds; honest ones take under 300,000


class TooMuchError(Exception):
    """The expression, or the work on it, is beyond the bounds; the text says in which way."""


class Budget:
    """The work that one question may still cost."""

    def __init__(self, units: int = MAX_WORK) -> None:
        self.units = units

    def spend(self, units: int) -> None:
        """Raise TooMuchError once everything is spent."""
        self.units -= units
        if self.units < 0:
            raise TooMuchError("it takes more work than this program spends on one question")


def check(expression: Any) -> int:
    """The number of nodes. Raises TooMuchError where the structure alone says that algebra could run away."""
    nodes, stack = 0, [(expression, 0)]
    while stack:
        node, depth = stack.pop()
        nodes += 1
        if nodes > MAX_NODES:
            raise TooMuchError(f"it has more than {MAX_NODES} parts")
        if depth > MAX_DEPTH:
            raise TooMuchError(f"it is nested more than {MAX_DEPTH} deep")
        stack += [(part, depth + 1) for part in node.args]
    if _weight(expression) > MAX_WEIGHT:
        raise TooMuchError("it has powers too high to work out")
    return nodes


def _weight(node: Any) -> int:
    """About the bits that its numbers would take with every power multiplied out; a symbol counts as one."""
    if isinstance(node, sympy.Rational):
        return int(node.p).bit_length() + int(node.q).bit_length()
    if not node.args:
        return 1
    if not isinstance(node, sympy.Pow):
        return sum(_weight(part) for part in node.args)
    base, exponent = node.args
    if _weight(exponent) > MAX_EXPONENT_BITS:
        raise TooMuchError("it has a tower of powers")
    power = constant(exponent)
    if power is None:
        return _weight(base) + _weight(exponent)
    return min(_weight(base) * max(1, int(abs(power))), MAX_WEIGHT + 1)


def constant_bits(node: Any) -> int:
    """The weight of its heaviest part in numbers alone: how small a difference it could have been planted with."""
    if not node.free_symbols:
        return min(_weight(node), MAX_CONSTANT_BITS)
    return max(constant_bits(part) for part in node.args) if node.args else 0


def constant(node: Any) -> Fraction | None:
    """The value of a small expression in rational numbers alone, None for any other."""
    if isinstance(node, sympy.Float):
        return Fraction(float(node)) if node.is_finite else None
    if isinstance(node, sympy.Rational):
        return Fraction(int(node.p), int(node.q))
    if not isinstance(node, (sympy.Add, sympy.Mul, sympy.Pow)):
        return None
    parts = [constant(part) for part in node.args]
    if None in parts:
        return None
    return _fold(node, [part for part in parts if part is not None])


def _fold(node: Any, parts: list[Fraction]) -> Fraction | None:
    if isinstance(node, sympy.Add):
        return sum(parts, Fraction(0))
    if isinstance(node, sympy.Mul):
        product = Fraction(1)
        for part in parts:
            product *= part
        return product
    base, exponent = parts
    if exponent.denominator != 1 or (base == 0 and exponent < 0):
        return None
    return Fraction(base**exponent.numerator)
