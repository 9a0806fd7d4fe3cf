"""The language of exercise 1: r, θ, the four partial derivatives, x = r cos θ and y = r sin θ, and an abstract f(x, y).

Students also write ∂f/∂x as sympy's Derivative(f(x, y), x), as a Subs of it, or with f(r cos θ, r sin θ). All of these
are read as the contract's symbols f_x, f_y, f_r, f_theta. An abstract f is a symbol here whose derivatives are known.
"""

from dataclasses import replace
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from grader.oracles.symbolic import Domain, Question, Reader, chains, equality, normal_form
from grader.oracles.symbolic.calculus import derivative, product, substitute, total
from grader.oracles.symbolic.printer import text
from grader.oracles.symbolic.reading import UndecidableError

POLAR, CARTESIAN = frozenset({"f_r", "f_theta"}), frozenset({"f_x", "f_y"})
_SYMBOLS = Domain(
    {"r": "positive", "theta": "angle", "f_x": "real", "f_y": "real", "f_r": "real", "f_theta": "real"},
    labels={"theta": "θ", "f_theta": "f_θ"},
    closed=True,
)
R, THETA, F_X, F_Y, F_R, F_THETA = map(_SYMBOLS.symbol, _SYMBOLS.symbols)
COS, SIN = sympy.cos(THETA), sympy.sin(THETA)
X, Y = R * COS, R * SIN

CHAIN_RULE = {F_R: F_X * COS + F_Y * SIN, F_THETA: R * (F_Y * COS - F_X * SIN)}
POLAR_SIDE = F_R**2 + F_THETA**2 / R**2
CARTESIAN_SIDE = F_X**2 + F_Y**2

DOMAIN = replace(_SYMBOLS, relations={"x": X, "y": Y})
_PARTIAL_NAMES = ("f_x", "f_y", "f_r", "f_theta")
_COORDINATES = {"x": ("r", "theta"), "y": ("r", "theta"), "r": ("x", "y"), "theta": ("x", "y")}
_OF_XY, _OF_POLAR = sympy.Dummy("f(x, y)"), sympy.Dummy("f(r, theta)")  # the value of f, in either form

# ∂r/∂x, ∂θ/∂x and so on: how a change of one coordinate moves r and θ.
_MOVES = {
    "r": (sympy.S.One, sympy.S.Zero),
    "theta": (sympy.S.Zero, sympy.S.One),
    "x": (COS, -SIN / R),
    "y": (SIN, COS / R),
}
_PARTIALS = {"r": F_R, "theta": F_THETA, "x": F_X, "y": F_Y}


class PolarReader(Reader):
    """Reads in the contract's symbols.

    In an answer the derivatives of f by r and θ are what is asked for, and one that is not carried out hands the
    question back. Otherwise they stand for f_r and f_theta.
    """

    def symbol(self, node: Any) -> Any:
        name = node.name
        if name in self.domain.relations:
            self.note("The symbols x and y are read as r·cos θ and r·sin θ.")
        elif name in self.domain.symbols and not (node.is_positive if self.domain.is_positive(name) else node.is_real):
            self.note("Symbols that you made yourself are read as the arguments of the same name.")
        return super().symbol(node)

    def function(self, node: Any) -> Any:
        """f(x, y) in any of its forms, or a coordinate written as a function: x(r, theta), theta(x, y)."""
        name, arguments = node.func.__name__, node.args
        if _names(arguments) == _COORDINATES.get(name):
            self.note("Coordinates written as functions, such as x(r, theta), are read as the coordinates themselves.")
            return self.named(name)
        if name in _PARTIAL_NAMES:
            self.note("f_x(x, y) and the like are read as the arguments f_x, f_y, f_r and f_theta.")
            return self.named(name)
        if self.is_elsewhere(node):
            return self.foreign(node)
        value = self.form_of_f([self.read(argument) for argument in arguments])
        if value is None:
            raise UndecidableError(f"has a function {name} of something other than x and y, or r and theta")
        self.note(f"The derivatives of {name} are read as f_x, f_y, f_r and f_theta.")
        return value

    def named(self, name: str) -> Any:
        return self.domain.relations.get(name, self.domain.symbol(name))

    def form_of_f(self, arguments: list[Any]) -> Any:
        if len(arguments) != 2:
            return None
        if arguments == [R, THETA]:
            return _OF_POLAR
        equal = all(normal_form.same(mine, true, self.question) for mine, true in zip(arguments, (X, Y), strict=True))
        return _OF_XY if equal else None

    def is_elsewhere(self, node: Any) -> bool:
        """Whether it is an f of what are surely no coordinates of the point, in either order: f there says nothing of f
        here."""
        if _names(node.args) == _COORDINATES.get(node.func.__name__) or node.func.__name__ in _PARTIAL_NAMES:
            return False
        arguments = [self.read(argument) for argument in node.args]
        symbols = set(map(self.domain.symbol, self.domain.symbols))  # others may be slots of f, as u and v of a Subs
        if len(arguments) != 2 or not all(argument.free_symbols <= symbols for argument in arguments):
            return False
        return all(
            any(
                equality.compare(mine, true, self.question, witnessed=False).verdict == "different"
                for mine, true in zip(arguments, pair, strict=True)
            )
            for pair in ((X, Y), (Y, X), (R, THETA), (THETA, R))
        )

    def foreign(self, node: Any) -> Any:
        """A symbol that the exercise does not have, in its place."""
        name = text(node)
        self.unknown[name] = None
        return sympy.Symbol(name, real=True)

    def derivative(self, node: Any) -> Any:
        if any(map(self.is_elsewhere, node.expr.atoms(AppliedUndef))):
            return self.foreign(node)
        order = sum(int(count) for _, count in node.variable_count)
        if node.expr.has(AppliedUndef) and (order > 1 or node.expr.has(sympy.Derivative)):
            raise UndecidableError("has a second derivative of f")
        return super().derivative(node)

    def hands_back(self, node: Any) -> bool:
        by = [_name(variable) for variable, _ in node.variable_count]
        return _has_unknown_function(node.expr) and any(name in ("r", "theta", *self.bound) for name in by)

    def derived(self, inner: Any, variable: Any) -> Any:
        """By a coordinate, the other one of its pair kept fixed; by anything else as sympy does it."""
        name = _name(variable)
        if name not in _MOVES or name in self.bound:
            return derivative(inner, self.read(variable))
        self.read(variable)  # for its notes
        along_r, along_theta = _MOVES[name]
        return total(
            product(along_r, derivative(inner, R)),
            product(along_theta, derivative(inner, THETA)),
            product(_PARTIALS[name], derivative(inner, _OF_XY)),
            product(_PARTIALS[name], derivative(inner, _OF_POLAR)),
        )

    def substitution(self, node: Any) -> Any:
        """Also a slot of f: Subs(Derivative(f(xi, r sin θ), xi), xi, r cos θ) is f_x."""
        inner, values = node.expr, dict(zip(node.variables, node.point, strict=True))
        if not (isinstance(inner, sympy.Derivative) and isinstance(inner.expr, AppliedUndef)):
            return super().substitution(node)
        ((variable, count), *more) = inner.variable_count
        arguments = list(inner.expr.args)
        if variable not in values or variable not in arguments or more or count != 1:
            return super().substitution(node)
        slot = arguments.index(variable)
        if any(variable in argument.free_symbols for argument in arguments[:slot] + arguments[slot + 1 :]):
            return super().substitution(node)  # f changes along more than one of its slots
        applied = self.read(inner.expr.func(*(substitute(argument, values) for argument in arguments)))
        return (F_R, F_THETA)[slot] if applied == _OF_POLAR else (F_X, F_Y)[slot]


def compare(mine: chains.Line, other: chains.Line, question: Question, *, witnessed: bool = True) -> equality.Answer:
    """Whether both are equal, f_r and f_theta being what the chain rule makes of them where f_x or f_y are about."""
    return chains.compare(mine, other, question, rule_between(mine, other), witnessed=witnessed)


def is_equal(mine: chains.Line, other: chains.Line, question: Question) -> bool:
    return compare(mine, other, question, witnessed=False).verdict == "equal"


def rule_between(mine: chains.Line, other: chains.Line) -> dict[Any, Any]:
    """The chain rule where two lines need it to be compared."""
    together = mine.symbols | other.symbols
    return CHAIN_RULE if together & POLAR and together & CARTESIAN else {}


def _has_unknown_function(node: Any) -> bool:
    """Whether a function is in it that is none of the coordinates."""
    return any(_names(part.args) != _COORDINATES.get(part.func.__name__) for part in node.atoms(AppliedUndef))


def _name(variable: Any) -> str:
    """`r` of the symbol r and of r(x, y)."""
    if isinstance(variable, AppliedUndef) and _names(variable.args) != _COORDINATES.get(variable.func.__name__):
        return ""
    return str(variable.func.__name__ if isinstance(variable, AppliedUndef) else variable.name)


def _names(arguments: Any) -> tuple[str, ...]:
    return tuple(_name(item) if isinstance(item, (sympy.Symbol, AppliedUndef)) else "" for item in arguments)
