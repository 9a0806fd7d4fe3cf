"""A student's expression, read: symbols by their names, decimals as the numbers they stand for, derivatives done.

Nothing is simplified: what comes out has the shape of what went in.
"""

from fractions import Fraction
from math import ulp
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from .bounds import TooMuchError, check
from .calculus import NoRuleError, derivative, product, substitute, total
from .domain import Question
from .printer import text

MAX_DENOMINATOR = 1000  # of the fractions that a decimal may stand for
MAX_UNIT_DENOMINATOR = 24  # of its multiples of UNITS
UNITS = (sympy.pi, *(sympy.sqrt(number) for number in (2, 3, 5, 6, 7, 10)), sympy.E)
MAX_ULPS = 4  # between a decimal and what it stands for: it may have been computed
MAX_DERIVED_NODES = 400  # inside a Derivative; its own rules multiply the size
MAX_ORDER = 4

_COMPOSITE = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Function, sympy.Max, sympy.Min)


class UnreadableError(Exception):
    """Certainly wrong, whatever it is compared with; the text ends the sentence "the expression ..."."""


class UndecidableError(Exception):
    """Perhaps right, but not for this program to say; the text ends the sentence "it ..."."""


class Reader:
    """Reads expressions over any domain. `notes` and `decimals` tell what was found on the way.

    `is_answer`: a derivative of a function that nobody knows hands the question back, and is wrong. Otherwise it only
    cannot be read.
    """

    def __init__(self, question: Question, *, is_answer: bool = False) -> None:
        self.question = question
        self.is_answer = is_answer
        self.domain = question.domain
        self._notes: dict[str, None] = {}
        self.decimals: set[Any] = set()  # numbers that are rounded
        self.unknown: dict[str, None] = {}  # names of symbols that a closed domain does not have
        self.bound: dict[str, Any] = {}  # the variables of the Subs around

    def expression(self, value: Any) -> Any:
        """The whole of one answer. Raises UnreadableError, UndecidableError, TooMuchError."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = sympy.Integer(value) if isinstance(value, int) else sympy.Float(value)
        if not isinstance(value, sympy.Expr):
            raise UnreadableError("is not an expression")
        self.question.budget.spend(check(value))
        read = self.read(value)
        self.question.budget.spend(check(read))
        return read

    def read(self, node: Any) -> Any:
        match node:
            case sympy.Symbol():
                return self.bound.get(node.name) or self.symbol(node)
            case sympy.Float():
                return self.decimal(node)
            case sympy.Derivative():
                if self.is_answer and self.hands_back(node):
                    raise UnreadableError("has an unknown function under a derivative, which hands the question back")
                return self.derivative(node)
            case sympy.Subs():
                return self.substitution(node)
            case AppliedUndef():
                return self.function(node)
        if node in (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
            raise UnreadableError("is not finite")
        if not node.args:
            return node
        if not isinstance(node, _COMPOSITE) or isinstance(node, sympy.Piecewise):
            raise UndecidableError(f"has a part that this program does not know, {type(node).__name__}")
        parts = [self.read(part) for part in node.args]
        if isinstance(node, sympy.floor):
            self.note("floor(…), which rounds down, is what // makes of expressions.")
        if isinstance(node, sympy.Mod):
            return _remainder(*parts)
        try:
            return node.func(*parts, evaluate=False)
        except (ValueError, TypeError, AttributeError) as error:  # Min and Max compare; the others have their bugs
            raise UndecidableError(f"has a part that sympy does not build, {type(node).__name__}") from error

    def symbol(self, node: Any) -> Any:
        if self.domain.closed and node.name not in (*self.domain.symbols, *self.domain.relations):
            self.unknown[node.name] = None
        relation = self.domain.relations.get(node.name)
        return self.domain.symbol(node.name) if relation is None else relation

    def function(self, node: Any) -> Any:
        raise UndecidableError(f"has an unknown function, {node.func.__name__}")

    def decimal(self, node: Any) -> Any:
        """0.5 is a half, 3.141592653589793 is π, 0.7071067811865476 is √2/2: what Python makes of these."""
        value = float(node)
        if abs(value) == float("inf"):
            raise UnreadableError("is not finite")
        exact = _fraction_of(value, 1.0, MAX_DENOMINATOR)
        if exact is not None:
            if float(exact) != value:
                self.note(f"{value!r} is read as {exact}.")
            return sympy.Rational(exact.numerator, exact.denominator)
        for unit in UNITS:
            factor = _fraction_of(value, float(unit), MAX_UNIT_DENOMINATOR)
            if factor is not None:
                number = sympy.Mul(sympy.Rational(factor.numerator, factor.denominator), unit, evaluate=False)
                self.note(f"{value!r} is read as {text(number)}; sympy.{text(unit)} says so exactly.")
                return number
        self.note(f"{value!r} is a rounded number; sympy.Rational and the like are exact.")
        binary = sympy.Rational(*value.as_integer_ratio())
        self.decimals.add(binary)
        return binary

    def derivative(self, node: Any) -> Any:
        inner = self.read(node.expr)
        if sum(int(count) for _, count in node.variable_count) > MAX_ORDER:
            raise UndecidableError("has a derivative of high order")
        for variable, count in node.variable_count:
            for _ in range(int(count)):
                if check(inner) > MAX_DERIVED_NODES:
                    raise TooMuchError("it has a derivative of something very large")
                try:
                    inner = self.derived(inner, variable)
                except NoRuleError as error:
                    raise UndecidableError(f"has a derivative of {error}, for which there is no rule here") from error
        return inner

    def hands_back(self, node: Any) -> bool:
        """Whether a derivative leaves to the reader what was asked for."""
        return bool(node.expr.has(AppliedUndef))

    def derived(self, inner: Any, variable: Any) -> Any:
        symbol = self.read(variable)
        if not isinstance(symbol, sympy.Symbol):
            raise UndecidableError(f"has a derivative by {variable}, which stands for something else here")
        return derivative(inner, symbol)

    def substitution(self, node: Any) -> Any:
        """A Subs: its variables are names of its own, so they are read as new symbols and then replaced."""
        values = [self.read(value) for value in node.point]
        outer, dummies = self.bound, [sympy.Dummy(variable.name) for variable in node.variables]
        self.bound = {**outer, **{variable.name: new for variable, new in zip(node.variables, dummies, strict=True)}}
        try:
            inner = self.read(node.expr)
        finally:
            self.bound = outer
        return substitute(inner, dict(zip(dummies, values, strict=True)))

    def note(self, sentence: str) -> None:
        self._notes[sentence] = None

    @property
    def notes(self) -> list[str]:
        """What was read in a special way, a sentence each."""
        return list(self._notes)


def _remainder(dividend: Any, divisor: Any) -> Any:
    """a % b as a − b·floor(a/b)."""
    quotient = product(dividend, sympy.Pow(divisor, sympy.S.NegativeOne, evaluate=False))
    return total(dividend, product(sympy.S.NegativeOne, divisor, sympy.floor(quotient, evaluate=False)))


def _fraction_of(value: float, unit: float, most: int) -> Fraction | None:
    """The fraction of `unit` that `value` is, up to rounding, if there is one with a denominator up to `most`."""
    near = Fraction(value / unit).limit_denominator(most)
    return near if abs(float(near) * unit - value) <= MAX_ULPS * ulp(value) else None
