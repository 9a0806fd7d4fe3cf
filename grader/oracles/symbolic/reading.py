"""A student's expression, read: symbols by their names, decimals as the numbers they stand for, derivatives done.

Nothing is simplified: what comes out has the shape of what went in.
"""

from fractions import Fraction
from math import pi
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from .bounds import Budget, TooMuchError, check
from .calculus import NoRuleError, derivative, substitute

MAX_FRACTION = 1000  # denominators of the fractions that a decimal may stand for
MAX_PI_FRACTION = 24
MAX_DERIVED_NODES = 400  # inside a Derivative; its own rules multiply the size
MAX_ORDER = 4

_COMPOSITE = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Function, sympy.Max, sympy.Min)


def canonical(name: str) -> Any:
    """The one symbol of this name on the declared domain, whatever assumptions a student's own had."""
    return sympy.Symbol(name, positive=True) if name == "r" else sympy.Symbol(name, real=True)


class UnreadableError(Exception):
    """Certainly wrong, whatever it is compared with; the text ends the sentence "the expression ..."."""


class UndecidableError(Exception):
    """Perhaps right, but not for this program to say; the text ends the sentence "it ..."."""


class Reader:
    """Reads expressions over any symbols. `notes` and `rounded` tell what was found on the way."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._notes: dict[str, None] = {}
        self.rounded = False
        self.bound: dict[str, Any] = {}  # the variables of the Subs around

    def expression(self, value: Any) -> Any:
        """The whole of one answer. Raises UnreadableError, UndecidableError, TooMuchError."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = sympy.Integer(value) if isinstance(value, int) else sympy.Float(value)
        if not isinstance(value, sympy.Expr):
            raise UnreadableError("is no expression")
        self.budget.spend(check(value))
        read = self.read(value)
        self.budget.spend(check(read))
        return read

    def read(self, node: Any) -> Any:
        match node:
            case sympy.Symbol():
                return self.bound.get(node.name) or self.symbol(node)
            case sympy.Float():
                return self.decimal(node)
            case sympy.Derivative():
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
        try:
            return node.func(*parts, evaluate=False)
        except (ValueError, TypeError, AttributeError) as error:  # Min and Max compare; the others have their bugs
            raise UndecidableError(f"has a part that sympy does not build, {type(node).__name__}") from error

    def symbol(self, node: Any) -> Any:
        return canonical(node.name)

    def function(self, node: Any) -> Any:
        raise UndecidableError(f"has an unknown function, {node.func.__name__}")

    def decimal(self, node: Any) -> Any:
        """0.5 is a half, 3.141592653589793 is π: exactly what Python makes of these, and nothing near them."""
        value = float(node)
        if abs(value) == float("inf"):
            raise UnreadableError("is not finite")
        near = Fraction(value).limit_denominator(MAX_FRACTION)
        if float(near) == value:
            return sympy.Rational(near.numerator, near.denominator)
        turns = Fraction(value / pi).limit_denominator(MAX_PI_FRACTION)
        if float(turns) * pi == value:
            self.note(f"{value!r} is read as a multiple of π; sympy.pi says so exactly.")
            return sympy.Mul(sympy.Rational(turns.numerator, turns.denominator), sympy.pi, evaluate=False)
        self.rounded = True
        self.note(f"{value!r} is a rounded number, so this is compared as rounded numbers are.")
        exact = Fraction(value)
        return sympy.Rational(exact.numerator, exact.denominator)

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

    def derived(self, inner: Any, variable: Any) -> Any:
        return derivative(inner, self.read(variable))

    def substitution(self, node: Any) -> Any:
        """A Subs: its variables are names of its own, so they are read as new symbols and then replaced."""
        values = [self.read(value) for value in node.point]
        outer, own = self.bound, [sympy.Dummy(variable.name) for variable in node.variables]
        self.bound = {**outer, **{variable.name: new for variable, new in zip(node.variables, own, strict=True)}}
        try:
            inner = self.read(node.expr)
        finally:
            self.bound = outer
        return substitute(inner, dict(zip(own, values, strict=True)))

    def note(self, sentence: str) -> None:
        self._notes[sentence] = None

    @property
    def notes(self) -> list[str]:
        """What was read in a special way, a sentence each."""
        return list(self._notes)
