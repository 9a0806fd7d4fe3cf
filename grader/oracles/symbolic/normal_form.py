"""Exact equality where it can be had: rational functions of r, the other symbols, and cos and sin of multiples of θ.

Both sides are written as fractions of polynomials over Q in c = cos(θ/m), s = sin(θ/m), i, θ, π and the symbols, with
s² replaced by 1 − c² and i² by −1. What is left is unique, and there are no zero divisors, so a/b = p/q exactly if
a·q − p·b is the zero polynomial. (Cox, Little, O'Shea: Ideals, Varieties, and Algorithms, §5.3.)
"""

from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import sympy
from sympy.polys.rings import ring

from .bounds import Budget, TooMuchError, constant

MAX_POWER = 64  # of an exponent, and of a multiple of θ/m
MAX_PARTS = 24  # θ/m: halves, thirds, quarters, eighths and what they have in common
MAX_WORK = 200_000  # units an attempt; evaluation takes over beyond
PRODUCT_WORK, PAIR_WORK = 25, 3  # units for a product of two polynomials, and for each pair of their terms

Polynomial: TypeAlias = Any  # sympy's PolyElement, which has no stubs
Form: TypeAlias = tuple[Polynomial, Polynomial]

_OWN = ("c", "s", "i", "theta", "pi")
_C, _S, _I, _THETA, _PI = range(len(_OWN))


class OutsideFragmentError(Exception):
    """The expression is no rational function of that kind."""


class _FinerAngleError(Exception):
    def __init__(self, denominator: int) -> None:
        super().__init__(denominator)
        self.denominator = denominator


def same(left: Any, right: Any, budget: Budget) -> bool | None:
    """Whether both are the same function, None where the question lies outside the fragment or costs too much."""
    attempt = Budget(min(MAX_WORK, budget.units))
    before = attempt.units
    try:
        return _same(left, right, attempt)
    except (OutsideFragmentError, TooMuchError):
        return None
    finally:
        budget.units -= before - max(attempt.units, 0)


def _same(left: Any, right: Any, budget: Budget) -> bool:
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    parts = 1
    while parts <= MAX_PARTS:
        try:
            field = _Field(symbols, parts, budget)
            (a, b), (p, q) = field.form(left), field.form(right)
            return not field.times(a, q) - field.times(p, b)
        except _FinerAngleError as error:
            parts = lcm(parts, error.denominator)
    raise OutsideFragmentError


class _Field:
    """The fractions. `form` takes an expression to (numerator, denominator), both reduced, the second not zero."""

    def __init__(self, symbols: list[Any], parts: int, budget: Budget) -> None:
        self.symbols = [symbol for symbol in symbols if symbol.name != "theta"]
        names = (*_OWN, *(f"v{index}" for index in range(len(self.symbols))))
        self.ring, *self.generators = ring(names, sympy.QQ)
        self.parts = parts
        self.budget = budget
        self.multiples = [(self.ring.one, self.ring.zero)]

    def times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        self.budget.spend(PRODUCT_WORK + PAIR_WORK * len(a) * len(b))
        return self.reduced(a * b)

    def reduced(self, polynomial: Polynomial) -> Polynomial:
        """With s and i to the first power at the most."""
        by_power: dict[int, Polynomial] = {}
        for monomial, coefficient in polynomial.terms():
            squares, turns = monomial[_S] // 2, monomial[_I] // 2
            lowered = (monomial[_C], monomial[_S] % 2, monomial[_I] % 2, *monomial[_THETA:])
            part = by_power.setdefault(squares, self.ring.zero)
            part[lowered] = part.get(lowered, 0) + (-coefficient if turns % 2 else coefficient)
        cosine = self.generators[_C]
        total = self.ring.zero
        for squares, part in by_power.items():
            part.strip_zero()
            total += part * (1 - cosine**2) ** squares if squares else part
        return total

    def form(self, node: Any) -> Form:
        one = self.ring.one
        match node:
            case sympy.Rational():
                return self.ring.domain_new(sympy.QQ(int(node.p), int(node.q))) * one, one
            case sympy.Symbol():
                return self.generator(node), one
            case sympy.Add():
                return self.total([self.form(part) for part in node.args])
            case sympy.Mul():
                return self.product([self.form(part) for part in node.args])
            case sympy.Pow():
                return self.power(*node.args)
            case sympy.exp():
                return self.exponential(node.args[0])
            case sympy.Abs():
                return self.magnitude(self.form(node.args[0]))
        if node is sympy.pi or node is sympy.I:
            return self.generators[_PI if node is sympy.pi else _I], one
        return self.trigonometric(node)

    def generator(self, symbol: Any) -> Polynomial:
        if symbol.name == "theta":
            return self.generators[_THETA]
        return self.generators[len(_OWN) + self.symbols.index(symbol)]

    def total(self, forms: list[Form]) -> Form:
        numerator, denominator = self.ring.zero, self.ring.one
        for a, b in forms:
            if b == denominator:
                numerator = numerator + a
            else:
                numerator = self.times(numerator, b) + self.times(a, denominator)
                denominator = self.times(denominator, b)
        return numerator, denominator

    def product(self, forms: list[Form]) -> Form:
        numerator, denominator = self.ring.one, self.ring.one
        for a, b in forms:
            numerator, denominator = self.times(numerator, a), self.times(denominator, b)
        return numerator, denominator

    def power(self, base: Any, exponent: Any) -> Form:
        if base is sympy.E:
            return self.exponential(exponent)
        power = constant(exponent)
        if power is None or abs(power) > MAX_POWER:
            raise OutsideFragmentError
        form = self.form(base)
        if power.denominator != 1:
            form = self.root(form, power.denominator)
        return self.integer_power(form, power.numerator)

    def integer_power(self, form: Form, exponent: int) -> Form:
        numerator, denominator = form if exponent >= 0 else form[::-1]
        if not denominator:
            raise OutsideFragmentError
        return self.product([(numerator, denominator)] * abs(exponent))

    def root(self, form: Form, degree: int) -> Form:
        """Of something like 4·r²: positive on the whole domain, and a perfect power."""
        return self.monomial_root(form[0], degree), self.monomial_root(form[1], degree)

    def monomial_root(self, polynomial: Polynomial, degree: int) -> Polynomial:
        monomial, coefficient = self.positive_monomial(polynomial)
        if coefficient < 0 or any(power % degree for power in monomial):
            raise OutsideFragmentError
        roots = [sympy.integer_nthroot(int(part), degree) for part in (coefficient.numerator, coefficient.denominator)]
        if not all(exact for _, exact in roots):
            raise OutsideFragmentError
        value = sympy.QQ(roots[0][0], roots[1][0])
        return self.ring.from_dict({tuple(power // degree for power in monomial): value})

    def magnitude(self, form: Form) -> Form:
        signs = [self.positive_monomial(part)[1] < 0 for part in form]
        return (-form[0] if signs[0] else form[0]), (-form[1] if signs[1] else form[1])

    def positive_monomial(self, polynomial: Polynomial) -> tuple[tuple[int, ...], Any]:
        """The one term of a polynomial in symbols that are positive."""
        if not polynomial:
            return (0,) * len(self.generators), sympy.QQ(0)
        ((monomial, coefficient), *more) = polynomial.terms()
        used = [symbol for symbol, power in zip(self.symbols, monomial[len(_OWN) :], strict=True) if power]
        if more or any(monomial[: len(_OWN)]) or not all(symbol.is_positive for symbol in used):
            raise OutsideFragmentError
        return monomial, coefficient

    def trigonometric(self, node: Any) -> Form:
        if not isinstance(node, (sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc)):
            raise OutsideFragmentError
        one = self.ring.one
        cosine, sine = self.turned(self.form(node.args[0]))
        name = type(node).__name__
        numerator = {"sin": sine, "tan": sine, "cos": cosine, "cot": cosine}.get(name, one)
        denominator = {"tan": cosine, "sec": cosine, "cot": sine, "csc": sine}.get(name, one)
        if not denominator:
            raise OutsideFragmentError
        return numerator, denominator

    def exponential(self, argument: Any) -> Form:
        imaginary = self.generators[_I]
        numerator, denominator = self.form(argument)
        cosine, sine = self.turned((self.times(numerator, -imaginary), denominator))
        return cosine + self.times(imaginary, sine), self.ring.one

    def turned(self, angle: Form) -> tuple[Polynomial, Polynomial]:
        """Cosine and sine of an angle q·θ + p·π/2 with rational q and whole p."""
        of_theta, of_pi = self.linear(angle)
        steps, quarters = of_theta * self.parts, 2 * of_pi
        if quarters.denominator != 1 or abs(steps) > MAX_POWER:
            raise OutsideFragmentError
        if steps.denominator != 1:
            raise _FinerAngleError(of_theta.denominator)
        cosine, sine = self.multiple(abs(int(steps)))
        if steps < 0:
            sine = -sine
        for _ in range(int(quarters) % 4):
            cosine, sine = -sine, cosine
        return cosine, sine

    def linear(self, angle: Form) -> tuple[Fraction, Fraction]:
        numerator, denominator = angle
        if not denominator.is_ground:
            raise OutsideFragmentError
        found = {_THETA: Fraction(0), _PI: Fraction(0)}
        for monomial, coefficient in numerator.terms():
            used = [index for index, power in enumerate(monomial) if power]
            if len(used) != 1 or used[0] not in found or monomial[used[0]] != 1:
                raise OutsideFragmentError
            ratio = coefficient / denominator.coeff(1)
            found[used[0]] = Fraction(int(ratio.numerator), int(ratio.denominator))
        return found[_THETA], found[_PI]

    def multiple(self, count: int) -> tuple[Polynomial, Polynomial]:
        """cos(n·θ/m) and sin(n·θ/m), by the addition theorem."""
        c, s = self.generators[_C], self.generators[_S]
        while len(self.multiples) <= count:
            cosine, sine = self.multiples[-1]
            self.multiples.append(
                (self.times(cosine, c) - self.times(sine, s), self.times(sine, c) + self.times(cosine, s))
            )
        return self.multiples[count]
