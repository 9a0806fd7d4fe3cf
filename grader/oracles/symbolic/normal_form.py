"""Exact equality where it is available: rational functions of symbols and of sines and cosines of multiples of angles.

Both sides are written as fractions of polynomials over Q in i, π, the symbols, and c = cos(θ/m), s = sin(θ/m) of every
angle θ of the domain, with s² replaced by 1 − c² and i² by −1. What is left is unique, and there are no zero divisors,
so a/b = p/q exactly if a·q − p·b is the zero polynomial.
(Cox, Little, O'Shea: Ideals, Varieties, and Algorithms, §5.3.)
"""

from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import sympy
from sympy.polys.rings import ring

from .bounds import Budget, TooMuchError, constant
from .domain import Question

MAX_POWER = 64  # of an exponent, and of a multiple of θ/m
MAX_PARTS = 24  # θ/m: halves, thirds, quarters, eighths and what they have in common
MAX_WORK = 200_000  # units an attempt; evaluation takes over beyond
PRODUCT_WORK, PAIR_WORK = 25, 3  # units for a product of two polynomials, and for each pair of their terms

Polynomial: TypeAlias = Any  # sympy's PolyElement, which has no stubs
Form: TypeAlias = tuple[Polynomial, Polynomial]

_I, _PI, _FIRST_SYMBOL = 0, 1, 2  # the places of i, π, and all that follows among the generators


class OutsideFragmentError(Exception):
    """The expression is no rational function of that kind."""


class _FinerAngleError(Exception):
    def __init__(self, denominator: int) -> None:
        super().__init__(denominator)
        self.denominator = denominator


def same(left: Any, right: Any, question: Question) -> bool | None:
    """Whether both are the same function, None where the question lies outside the fragment or costs too much."""
    attempt = Budget(min(MAX_WORK, question.budget.units))
    before = attempt.units
    try:
        return _same(left, right, question, attempt)
    except (OutsideFragmentError, TooMuchError):
        return None
    finally:
        question.budget.units -= before - max(attempt.units, 0)


def is_positive(node: Any, question: Question) -> bool:
    """Whether it is plainly positive: 4·r², or r·(2 + cos θ). False where that is not to be seen."""
    attempt = Budget(min(MAX_WORK, question.budget.units))
    symbols = sorted(node.free_symbols, key=str)
    angles = [symbol for symbol in symbols if question.domain.is_angle(symbol.name)]
    try:
        field = _Field(symbols, angles, 1, attempt)
        return all(field.is_positive(part) for part in field.form(node))
    except (OutsideFragmentError, TooMuchError, _FinerAngleError):
        return False


def _same(left: Any, right: Any, question: Question, budget: Budget) -> bool:
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    angles = [symbol for symbol in symbols if question.domain.is_angle(symbol.name)]
    parts = 1
    while parts <= MAX_PARTS:
        try:
            field = _Field(symbols, angles, parts, budget)
            (a, b), (p, q) = field.form(left), field.form(right)
            return not field.times(a, q) - field.times(p, b)
        except _FinerAngleError as error:
            parts = lcm(parts, error.denominator)
    raise OutsideFragmentError


class _Field:
    """The fractions. `form` takes an expression to (numerator, denominator), both reduced, the second not zero."""

    def __init__(self, symbols: list[Any], angles: list[Any], parts: int, budget: Budget) -> None:
        self.symbols = symbols
        self.angles = angles
        names = ["i", "pi", *(f"v{index}" for index in range(len(symbols)))]
        self.first_cosine = len(names)  # cosine and sine of each angle, by turns
        names += [f"{name}{index}" for index in range(len(angles)) for name in "cs"]
        self.ring, *self.generators = ring(names, sympy.QQ)
        self.parts = parts
        self.budget = budget
        self.multiples = [[(self.ring.one, self.ring.zero)] for _ in angles]

    def times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        self.budget.spend(PRODUCT_WORK + PAIR_WORK * len(a) * len(b))
        return self.reduced(a * b)

    def reduced(self, polynomial: Polynomial) -> Polynomial:
        """With i and every sine to the first power at the most."""
        polynomial = self.lowered(polynomial, _I, -self.ring.one)
        for place in range(self.first_cosine, len(self.generators), 2):
            polynomial = self.lowered(polynomial, place + 1, 1 - self.generators[place] ** 2)
        return polynomial

    def lowered(self, polynomial: Polynomial, place: int, square: Polynomial) -> Polynomial:
        """With `square` for the square of the generator at `place`."""
        if all(monomial[place] < 2 for monomial in polynomial):
            return polynomial
        by_power: dict[int, Polynomial] = {}
        for monomial, coefficient in polynomial.terms():
            squares, rest = divmod(monomial[place], 2)
            part = by_power.setdefault(squares, self.ring.zero)
            part[(*monomial[:place], rest, *monomial[place + 1 :])] = coefficient
        total = self.ring.zero
        for squares, part in by_power.items():
            total += part * square**squares if squares else part
        return total

    def form(self, node: Any) -> Form:
        unit = self.ring.one
        match node:
            case sympy.Rational():
                return self.ring.domain_new(sympy.QQ(int(node.p), int(node.q))) * unit, unit
            case sympy.Symbol():
                return self.generator(node), unit
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
            return self.generators[_PI if node is sympy.pi else _I], unit
        return self.trigonometric(node)

    def generator(self, symbol: Any) -> Polynomial:
        return self.generators[_FIRST_SYMBOL + self.symbols.index(symbol)]

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
        used = [symbol for symbol, power in zip(self.symbols, monomial[_FIRST_SYMBOL:], strict=False) if power]
        others = (*monomial[:_FIRST_SYMBOL], *monomial[self.first_cosine :])
        if more or any(others) or not all(symbol.is_positive for symbol in used):
            raise OutsideFragmentError
        return monomial, coefficient

    def is_positive(self, polynomial: Polynomial) -> bool:
        """One positive term, or such a term times a + b·cos θ or a + b·sin θ with a > |b|; 1 + cos θ on −π < θ < π."""
        terms = polynomial.terms()
        if len(terms) == 1:
            return bool(self.positive_monomial(polynomial)[1] > 0)
        if len(terms) != 2:
            return False
        (turned, b), (plain, a) = sorted(terms, key=lambda term: sum(term[0][self.first_cosine :]), reverse=True)
        places = [place for place in range(self.first_cosine, len(self.generators)) if turned[place]]
        if [turned[place] for place in places] != [1] or turned[: self.first_cosine] != plain[: self.first_cosine]:
            return False
        if self.positive_monomial(self.ring.from_dict({plain: a}))[1] <= 0:
            return False
        is_cosine = (places[0] - self.first_cosine) % 2 == 0
        return bool(a > abs(b) or (a == b and is_cosine))

    def trigonometric(self, node: Any) -> Form:
        if not isinstance(node, (sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc)):
            raise OutsideFragmentError
        unit = self.ring.one
        cosine, sine = self.turned(self.form(node.args[0]))
        name = type(node).__name__
        numerator = {"sin": sine, "tan": sine, "cos": cosine, "cot": cosine}.get(name, unit)
        denominator = {"tan": cosine, "sec": cosine, "cot": sine, "csc": sine}.get(name, unit)
        if not denominator:
            raise OutsideFragmentError
        return numerator, denominator

    def exponential(self, argument: Any) -> Form:
        imaginary = self.generators[_I]
        numerator, denominator = self.form(argument)
        cosine, sine = self.turned((self.times(numerator, -imaginary), denominator))
        return cosine + self.times(imaginary, sine), self.ring.one

    def turned(self, angle: Form) -> tuple[Polynomial, Polynomial]:
        """Cosine and sine of a sum of rational multiples of angles and of a whole multiple of π/2."""
        of_angles, of_pi = self.linear(angle)
        if (2 * of_pi).denominator != 1:
            raise OutsideFragmentError
        cosine, sine = self.ring.one, self.ring.zero
        for index, factor in enumerate(of_angles):
            cosine, sine = self.added((cosine, sine), self.multiple(index, factor))
        for _ in range(int(2 * of_pi) % 4):
            cosine, sine = -sine, cosine
        return cosine, sine

    def linear(self, angle: Form) -> tuple[list[Fraction], Fraction]:
        """The factors of the angles, and that of π."""
        numerator, denominator = angle
        if not denominator.is_ground:
            raise OutsideFragmentError
        places = [_FIRST_SYMBOL + self.symbols.index(symbol) for symbol in self.angles]
        factors = dict.fromkeys([*places, _PI], Fraction(0))
        for monomial, coefficient in numerator.terms():
            used = [index for index, power in enumerate(monomial) if power]
            if len(used) != 1 or used[0] not in factors or monomial[used[0]] != 1:
                raise OutsideFragmentError
            ratio = coefficient / denominator.coeff(1)
            factors[used[0]] = Fraction(int(ratio.numerator), int(ratio.denominator))
        return [factors[place] for place in places], factors[_PI]

    def multiple(self, index: int, factor: Fraction) -> tuple[Polynomial, Polynomial]:
        """Cosine and sine of `factor` times an angle, by the addition theorem."""
        steps = factor * self.parts
        if abs(steps) > MAX_POWER:
            raise OutsideFragmentError
        if steps.denominator != 1:
            raise _FinerAngleError(factor.denominator)
        computed = self.multiples[index]
        place = self.first_cosine + 2 * index
        while len(computed) <= abs(steps):
            computed.append(self.added(computed[-1], (self.generators[place], self.generators[place + 1])))
        cosine, sine = computed[abs(int(steps))]
        return (cosine, sine) if steps > 0 else (cosine, -sine)

    def added(
        self, left: tuple[Polynomial, Polynomial], right: tuple[Polynomial, Polynomial]
    ) -> tuple[Polynomial, Polynomial]:
        """Cosine and sine of the sum of two angles."""
        (a, b), (c, s) = left, right
        return self.times(a, c) - self.times(b, s), self.times(b, c) + self.times(a, s)
