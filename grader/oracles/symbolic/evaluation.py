"""Numbers instead of algebra: two expressions compared at points of the domain, far beyond rounding.

Each side is worked out twice, with some digits and with the double. Two values agree if what separates them shrinks as
the digits grow, and differ if it stays; where neither is clear, or where some part of an expression is too small to be
seen with so many digits, they are doubled. So neither cancellation nor a tiny planted term is mistaken for the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Any, TypeAlias

import mpmath
import sympy

from . import normal_form
from .bounds import constant
from .domain import Question
from .sampling import Point, points

POINTS = 12  # false agreement at one generic point is already next to impossible; twelve reach every quadrant thrice
DRAWS = 36  # points tried for it: some may hit a pole
DIGITS = (30, 60, 120, 240, 480)  # of the coarser of two computations, until it is clear
CLEAR = 20  # digits by which a difference has to shrink, of those gained
STAYS = 5  # digits by which it has to stand out from rounding
RESOLVED = 5  # digits to which each part has to be known
ROUNDED_TOLERANCE = Fraction(1, 10**12)  # of a decimal, or of one where it is smaller: they carry 16 digits, and what
# is left where numbers of about one cancel, such as math.cos(math.pi / 2), has that size of error too
MAX_BITS = 20_000  # of a value's magnitude: about 10**6000
NODE_WORK = 12  # units for one operation at the fewest digits
BITS_PER_DIGIT = 3.33
DIGITS_PER_WORK = 100  # so many more cost as much again

Number: TypeAlias = Any  # mpmath's mpf and mpc, which have no stubs

_FUNCTIONS = (
    *("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "sinh", "cosh", "tanh", "coth"),
    *("asinh", "acosh", "atanh", "exp", "log", "sign", "re", "im", "conjugate", "arg"),
)
_BY_NAME = {"log": "ln", "conjugate": "conj", "Abs": "fabs"}
_GROWING = ("exp", "sinh", "cosh")


class UndefinedError(Exception):
    """There is no finite value at this point, or none that could be computed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A point, the two expressions, and their values there."""

    point: Point
    expressions: tuple[Any, Any]
    left: Number
    right: Number


def names_of(*expressions: Any, question: Question) -> list[str]:
    names = {symbol.name for expression in expressions for symbol in expression.free_symbols}
    return question.domain.in_reading_order(names)


def compare(left: Any, right: Any, question: Question) -> Difference | bool | None:
    """A difference, True where both agree at POINTS points, None where it is undecided. Raises TooMuchError."""
    agreed = 0
    for point in islice(points(names_of(left, right, question=question), question), DRAWS):
        values = at(left, right, point, question)
        if isinstance(values, Difference):
            return values
        agreed += values is True
        if agreed == POINTS:
            return True
    return None


def near(left: Any, right: Any, decimals: Iterable[Any], question: Question) -> bool:
    """Whether the rounding of `decimals`, numbers in them, can be all that separates both at POINTS points.

    To first order the two sides move apart by at most the sum of what each decimal moves them by. Their values say
    nothing of that: where terms cancel they are small, and what is left of the terms' rounding is not.
    Raises TooMuchError.
    """
    moved = [{decimal: _moved(decimal)} for decimal in decimals]
    agreed = 0
    for point in islice(points(names_of(left, right, question=question), question), DRAWS):
        try:
            apart = _apart(left, right, point, question, {})
            room = sum(abs(_apart(left, right, point, question, decimal) - apart) for decimal in moved)
        except UndefinedError:
            continue
        if abs(apart) > room:
            return False
        agreed += 1
        if agreed == POINTS:
            break
    return agreed == POINTS


def _moved(decimal: Any) -> Fraction:
    number = Fraction(int(decimal.p), int(decimal.q))
    return number + ROUNDED_TOLERANCE * max(Fraction(1), abs(number))


def _apart(left: Any, right: Any, point: Point, question: Question, moved: Mapping[Any, Fraction]) -> Number:
    machine = _Machine(DIGITS[0], point, question, moved)
    return machine.value(left) - machine.value(right)


def at(
    left: Any, right: Any, point: Point, question: Question, ladder: Iterable[int] = DIGITS
) -> Difference | bool | None:
    """The same question at one point; None too where a side has no value there."""
    for digits in ladder:
        coarse, fine = _Machine(digits, point, question), _Machine(2 * digits, point, question)
        try:
            a, b = fine.value(left), fine.value(right)
            noise = abs(a - coarse.value(left)) + abs(b - coarse.value(right))
        except UndefinedError:
            return None
        apart, size = abs(a - b), max(abs(a), abs(b))
        noise += size / fine.context.mpf(10) ** digits
        if apart <= noise / fine.context.mpf(10) ** CLEAR:
            if not _is_hiding(coarse, fine, (left, right), question):
                return True
        elif apart >= noise * 10**STAYS and _are_zero(fine.vanished, question):
            return Difference(point, (left, right), a, b)
    return None


def value(expression: Any, point: Point, question: Question) -> Number | None:
    """The value at a point, None where there is none."""
    try:
        return _Machine(DIGITS[0], point, question).value(expression)
    except UndefinedError:
        return None


def _is_hiding(coarse: "_Machine", fine: "_Machine", sides: Iterable[Any], question: Question) -> bool:
    """Whether a part could not be seen: a term too small beside the others, or a value that is all rounding."""
    if fine.depth > (coarse.digits + CLEAR - STAYS) * BITS_PER_DIGIT:
        return True
    unseen = [
        node
        for (node, value), (_, rough) in zip(fine.values, coarse.values, strict=False)
        if abs(value - rough) * 10**RESOLVED > abs(value)
    ]
    return not _are_zero([node for node in [*unseen, *fine.vanished] if node not in sides], question)


def _are_zero(nodes: Iterable[Any], question: Question) -> bool:
    """Whether these parts, which came out as nothing, are nothing indeed."""
    for node in nodes:
        if node not in question.zeros:
            question.zeros[node] = normal_form.same(node, sympy.S.Zero, question) is True
        if not question.zeros[node]:
            return False
    return True


@cache
def _context(digits: int) -> Any:
    """mpmath of our own: its global precision is anybody's."""
    context = mpmath.mp.clone()
    context.dps = digits
    return context


@dataclass
class _Machine:
    """Works out an expression at one point with so many digits, and refuses numbers that outgrow all bounds."""

    digits: int
    point: Point
    question: Question
    moved: Mapping[Any, Fraction] = field(default_factory=dict)  # numbers, and what is put in their place
    values: list[tuple[Any, Number]] = field(default_factory=list)  # of all parts, in the order of the work
    vanished: list[Any] = field(default_factory=list)  # parts that came out as zero, nothing in them being zero
    depth: float = 0.0  # bits between what was worked out last and the smallest term in it

    def __post_init__(self) -> None:
        self.context = _context(self.digits)
        self.work = NODE_WORK * (1 + self.digits // DIGITS_PER_WORK)

    def value(self, node: Any) -> Number:
        """Raise UndefinedError at a pole or for a number beyond MAX_BITS, TooMuchError past the budget."""
        self.question.budget.spend(self.work)
        beside, self.depth = self.depth, 0.0
        try:
            result = self.operate(node)
        except (ZeroDivisionError, ValueError, OverflowError, mpmath.libmp.NoConvergence) as error:
            raise UndefinedError from error
        if not self.context.isfinite(result):
            raise UndefinedError
        if result and self.context.mag(result) > MAX_BITS:
            raise UndefinedError
        self.depth = max(self.depth, beside)
        if node.args:
            self.values.append((node, result))
        return result

    def operate(self, node: Any) -> Number:
        match node:
            case sympy.Rational():
                number = self.moved.get(node, node)
                return self.context.mpf(int(number.numerator)) / int(number.denominator)
            case sympy.Symbol():
                return self.coordinate(node.name)
            case sympy.Add():
                return self.sum(node)
            case sympy.Mul():
                return self.context.fprod(self.value(part) for part in node.args)
            case sympy.Pow():
                return self.noticed(node, self.power(*node.args))
        constants = {sympy.pi: "pi", sympy.E: "e", sympy.I: "j"}
        if node in constants:
            return +getattr(self.context, constants[node])
        parts = [self.value(part) for part in node.args]
        if isinstance(node, (sympy.floor, sympy.ceiling)):
            return self.whole_part(type(node).__name__, parts[0])
        result = self.function(type(node).__name__, parts)
        return self.noticed(node, result) if all(parts) else result

    def coordinate(self, name: str) -> Number:
        coordinate = self.point[name]
        number = self.context.mpf(coordinate.value.numerator) / coordinate.value.denominator
        return number * self.context.pi if coordinate.of_pi else number

    def sum(self, node: Any) -> Number:
        terms = []
        for part in node.args:
            self.depth = 0.0
            term = self.value(part)
            if term:
                terms.append((term, self.context.mag(term), self.depth))
        if not terms:
            return self.context.zero
        largest = max(size for _, size, _ in terms)
        self.depth = float(max(largest - size + depth for _, size, depth in terms))
        return self.noticed(node, self.context.fsum(term for term, _, _ in terms))

    def noticed(self, node: Any, result: Number) -> Number:
        if not result:
            self.vanished.append(node)
        return result

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

    def whole_part(self, name: str, value: Number) -> Number:
        """Its floor or ceiling ("ceiling"); there is none of what is nearly whole, where an error would decide."""
        number = self.real(value)
        if abs(number - self.context.nint(number)) < self.context.mpf(10) ** -RESOLVED:
            raise UndefinedError
        return (self.context.floor if name == "floor" else self.context.ceil)(number)

    def bound(self, bits: Any) -> None:
        """Before the operation: its result may not even fit into memory."""
        if bits > MAX_BITS:
            raise UndefinedError

    def real(self, value: Number) -> Number:
        """The value without an imaginary part that is only rounding."""
        if abs(self.context.im(value)) > abs(value) / self.context.mpf(10) ** (self.context.dps - 5):
            raise UndefinedError
        return self.context.re(value)
