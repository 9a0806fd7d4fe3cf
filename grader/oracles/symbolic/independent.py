"""Sine and cosine of an angle as two quantities of their own, so that cos² + sin² = 1 is not used.

A line of a proof in which this still has to be used differs from what it will become; one that only looks so does not:
θ − θ, cos(0·θ), sin(2θ)/(2 sin θ cos θ) are gone once sines and cosines are written out by the addition theorem.

exp(−iu) can be read in two ways: as cos u − i sin u, by Euler's formula, or as 1/exp(iu), by the law of exponents. The
product of both exponentials is cos² u + sin² u by the one and 1 by the other.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import lcm, prod
from typing import Any

import sympy

from .bounds import constant
from .calculus import product, total
from .domain import Domain
from .reading import UndecidableError

MAX_MULTIPLE = 16  # of the finest part of an angle: what is written out grows with its square

_OF_PAIR = {  # by cosine and sine
    sympy.cos: lambda c, s: c,
    sympy.sin: lambda c, s: s,
    sympy.tan: lambda c, s: _ratio(s, c),
    sympy.cot: lambda c, s: _ratio(c, s),
    sympy.sec: lambda c, s: _ratio(sympy.S.One, c),
    sympy.csc: lambda c, s: _ratio(sympy.S.One, s),
}
Pair = tuple[Any, Any]


def independent(node: Any, domain: Domain, by_exponents: bool = False) -> Any:
    """The expression with a symbol for the cosine and one for the sine of each angle; `by_exponents` says how exp(−iu)
    is read. Raises UndecidableError."""
    angles = sorted((symbol for symbol in node.free_symbols if domain.is_angle(symbol.name)), key=str)
    factors = list(_factors(node, angles))
    parts = {angle: lcm(*(factor.denominator for symbol, factor in factors if symbol == angle), 1) for angle in angles}
    pairs = {
        angle: (sympy.Symbol(f"cos({angle.name})", real=True), sympy.Symbol(f"sin({angle.name})", real=True))
        for angle in angles
    }
    return _written(node, parts, pairs, by_exponents)


def _written(node: Any, parts: dict[Any, int], pairs: dict[Any, Pair], by_exponents: bool) -> Any:
    if not node.args or not node.free_symbols & pairs.keys():
        return node
    if type(node) in _OF_PAIR:
        pair = _pair(node.args[0], parts, pairs)
        if pair is not None:
            return _OF_PAIR[type(node)](*pair)
    turn = _turn(node)
    if turn is not None:
        inverted = by_exponents and _is_negative(turn, pairs)
        pair = _pair(product(sympy.S.NegativeOne, turn) if inverted else turn, parts, pairs)
        if pair is not None:
            power = total(pair[0], product(sympy.I, pair[1]))
            return _ratio(sympy.S.One, power) if inverted else power
    return node.func(*(_written(part, parts, pairs, by_exponents) for part in node.args), evaluate=False)


def _is_negative(argument: Any, pairs: dict[Any, Pair]) -> bool:
    """Whether all angles in it have negative factors."""
    linear = _linear(argument, list(pairs))
    return linear is not None and all(factor < 0 for factor in linear[0].values())


def _turn(node: Any) -> Any:
    """The real u of exp(i·u), where it is written so; None for anything else."""
    if isinstance(node, sympy.exp):
        return _without_i(node.args[0])
    return _without_i(node.args[1]) if isinstance(node, sympy.Pow) and node.args[0] is sympy.E else None


def _without_i(node: Any) -> Any:
    if isinstance(node, sympy.Add):
        parts = [_without_i(part) for part in node.args]
        return None if None in parts else total(*parts)
    if node is sympy.I:
        return sympy.S.One
    if isinstance(node, sympy.Mul) and node.args.count(sympy.I) == 1:
        return product(*(part for part in node.args if part is not sympy.I))
    return None


def _pair(argument: Any, parts: dict[Any, int], pairs: dict[Any, Pair]) -> Pair | None:
    """Cosine and sine of a sum of multiples of angles and of something without angles; None for anything else."""
    linear = _linear(argument, list(pairs))
    if linear is None:
        return None
    factors, rest = linear
    cosine, sine = (sympy.S.One, sympy.S.Zero) if rest == 0 else (sympy.cos(rest), sympy.sin(rest))
    for angle, factor in factors.items():
        cosine, sine = _added((cosine, sine), _multiple(factor * parts[angle], pairs[angle]))
    return cosine, sine


Linear = tuple[dict[Any, Fraction], Any]


def _linear(node: Any, angles: list[Any]) -> Linear | None:
    """The factors and the rest of Σ factor · angle + rest; None for anything else."""
    if node in angles:
        return {node: Fraction(1)}, sympy.S.Zero
    if not node.free_symbols & set(angles):
        return {}, node
    if isinstance(node, sympy.Add):
        return _sum_of([_linear(part, angles) for part in node.args])
    if not isinstance(node, sympy.Mul):
        return None
    numbers = [constant(part) for part in node.args]
    others = [part for part, number in zip(node.args, numbers, strict=True) if number is None]
    inner = _linear(others[0], angles) if len(others) == 1 else None
    if inner is None:
        return None
    factor = prod((number for number in numbers if number is not None), start=Fraction(1))
    scale = sympy.Rational(factor.numerator, factor.denominator)
    return {angle: factor * inner_factor for angle, inner_factor in inner[0].items()}, product(scale, inner[1])


def _sum_of(terms: list[Linear | None]) -> Linear | None:
    factors: dict[Any, Fraction] = {}
    for term in terms:
        if term is None:
            return None
        for angle, factor in term[0].items():
            factors[angle] = factors.get(angle, Fraction(0)) + factor
    return factors, total(*(term[1] for term in terms if term is not None))


def _factors(node: Any, angles: list[Any]) -> Iterator[tuple[Any, Fraction]]:
    """All multiples of angles of which there is a sine or the like."""
    argument = node.args[0] if type(node) in _OF_PAIR else _turn(node)
    linear = None if argument is None else _linear(argument, angles)
    if linear is not None:
        yield from linear[0].items()
    for part in node.args:
        yield from _factors(part, angles)


def _multiple(steps: Fraction, pair: Pair) -> Pair:
    """By doubling: cos 2a = cos² a − sin² a, sin 2a = 2 sin a cos a."""
    count = abs(int(steps))
    if count > MAX_MULTIPLE:
        raise UndecidableError("has a sine or cosine of a very high multiple of an angle")
    if steps < 0:
        pair = pair[0], product(sympy.S.NegativeOne, pair[1])
    result: Pair = (sympy.S.One, sympy.S.Zero)
    for digit in f"{count:b}" if count else "":
        result = _added(result, result)
        if digit == "1":
            result = _added(result, pair)
    return result


def _added(left: Pair, right: Pair) -> Pair:
    (a, b), (c, s) = left, right
    return total(product(a, c), product(sympy.S.NegativeOne, b, s)), total(product(b, c), product(a, s))


def _ratio(above: Any, below: Any) -> Any:
    return product(above, sympy.Pow(below, sympy.S.NegativeOne, evaluate=False))
