"""Equality of functions that are made of pieces: |u|, max, min, sign, roots of squares.

Two analytic functions that agree near one point of a connected domain agree on all of it, so that points decide. Of
max(0, r − 10⁶) all points may lie in one piece. Here such functions are written with |u|, and both cases, |u| = u and
|u| = −u, are decided: if the two sides are equal in all cases they are equal; if not, a point has to be found at which
the case is met.
"""

from collections.abc import Callable
from functools import reduce
from itertools import islice
from typing import Any

import sympy

from . import evaluation, normal_form
from .bounds import constant
from .calculus import product, total
from .domain import Question
from .evaluation import Difference
from .sampling import points
from .signs import Sign, is_analytic, is_real, sign

MAX_FOLDS = 4  # different |u|; each doubles the number of cases
SEARCHED = 100  # points at which a case may be met

Condition = tuple[Any, Sign]  # an expression, and the sign that it has in this case


def decide(left: Any, right: Any, question: Question) -> Difference | bool | None:
    """A difference, True for equal, None for undecided, of two sides that agree at points.

    Raises TooMuchError.
    """
    if is_analytic(left, question) and is_analytic(right, question):
        return True
    return _decide(_with_folds(left, question), _with_folds(right, question), (left, right), (), question)


def _decide(
    left: Any, right: Any, sides: tuple[Any, Any], case: tuple[Condition, ...], question: Question
) -> Difference | bool | None:
    fold = _innermost_fold(left) or _innermost_fold(right)
    if fold is None:
        return _decide_case(left, right, sides, case, question)
    if len(case) == MAX_FOLDS:
        return None
    verdict: bool | None = True
    for fold_sign in (1, -1):
        branch_verdict = _decide(
            _unfolded(left, fold.args[0], fold_sign, question),
            _unfolded(right, fold.args[0], fold_sign, question),
            sides,
            (*case, (fold.args[0], fold_sign)),
            question,
        )
        if isinstance(branch_verdict, Difference):
            return branch_verdict
        verdict = verdict and branch_verdict
    return verdict


def _decide_case(
    left: Any, right: Any, sides: tuple[Any, Any], case: tuple[Condition, ...], question: Question
) -> Difference | bool | None:
    if not (is_analytic(left, question) and is_analytic(right, question)):
        return None
    if normal_form.same(left, right, question) or evaluation.compare(left, right, question) is True:
        return True
    for point in islice(points(evaluation.names_of(*sides, question=question), question), SEARCHED):
        if all(_has_sign(node, expected, point, question) for node, expected in case):
            difference = evaluation.at(*sides, point, question)
            if isinstance(difference, Difference):
                return difference
    return None


def _has_sign(node: Any, expected: Sign, point: Any, question: Question) -> bool:
    value = evaluation.value(node, point, question)
    return value is not None and bool(value.real * expected > 0)


def _with_folds(node: Any, question: Question) -> Any:
    """Written with Abs alone, as far as possible, and without it where the sign is known."""
    if not node.args:
        return node
    parts = [_with_folds(part, question) for part in node.args]
    rule = _RULES.get(type(node))
    if rule is not None and all(is_real(part, question) for part in parts):
        return rule(parts, question)
    return node.func(*parts, evaluate=False)


def _fold(node: Any, question: Question) -> Any:
    """|node|, of something real."""
    known_sign = sign(node, question)
    if known_sign is not None:
        return _times(known_sign, node)
    if isinstance(node, sympy.Mul):
        return sympy.Mul(*(_fold(part, question) for part in node.args), evaluate=False)
    if isinstance(node, sympy.Pow) and isinstance(node.args[1], sympy.Integer):
        return sympy.Pow(_fold(node.args[0], question), node.args[1], evaluate=False)
    return sympy.Abs(node, evaluate=False)


def _extreme(fold_sign: Sign) -> Callable[[list[Any], Question], Any]:
    """max(a, b) = (a + b + |a − b|) / 2, and min with a minus."""

    def of_two(a: Any, b: Any, question: Question) -> Any:
        apart = _fold(sympy.Add(a, _times(-1, b), evaluate=False), question)
        return sympy.Mul(sympy.S.Half, sympy.Add(a, b, _times(fold_sign, apart), evaluate=False), evaluate=False)

    return lambda parts, question: reduce(lambda a, b: of_two(a, b, question), parts)


def _sign(parts: list[Any], question: Question) -> Any:
    """|u| / u: all that is lost is the value at u = 0."""
    return sympy.Mul(_fold(parts[0], question), sympy.Pow(parts[0], -1, evaluate=False), evaluate=False)


def _power(parts: list[Any], question: Question) -> Any:
    """(u²)^(p/q) = |u|^(2p/q)."""
    base, exponent = parts
    outer, inner = constant(exponent), constant(base.args[1]) if isinstance(base, sympy.Pow) else None
    if outer is None or outer.denominator == 1 or inner is None or inner.denominator != 1 or inner.numerator % 2:
        return sympy.Pow(base, exponent, evaluate=False)
    whole = outer * inner
    return sympy.Pow(_fold(base.args[0], question), sympy.Rational(whole.numerator, whole.denominator), evaluate=False)


def _angle(parts: list[Any], question: Question) -> Any:
    """atan2(ρ sin θ, ρ cos θ) = θ for a positive ρ and an angle θ of the domain."""
    y, x = parts
    for symbol in y.free_symbols | x.free_symbols:
        if question.domain.is_angle(symbol.name):
            cosine, sine = sympy.cos(symbol), sympy.sin(symbol)
            radius = x * cosine + y * sine
            if normal_form.same(y * cosine, x * sine, question) and normal_form.is_positive(radius, question):
                return symbol
    return sympy.atan2(y, x, evaluate=False)


def _cosine(parts: list[Any], question: Question) -> Any:
    return _turn(parts[0])[0]


def _sine(parts: list[Any], question: Question) -> Any:
    return _turn(parts[0])[1]


def _turn(argument: Any) -> tuple[Any, Any]:
    """Cosine and sine, those of ± atan2(y, x) and ± atan(y) written out by the addition theorem."""
    plain, turns = [], []
    for term in sympy.Add.make_args(argument):
        is_negative = term.is_Mul and term.args[0] == -1 and len(term.args) == 2
        arctangent = term.args[1] if is_negative else term
        if isinstance(arctangent, (sympy.atan2, sympy.atan)):
            cosine, sine = _of_arctangent(arctangent)
            turns.append((cosine, _times(-1, sine) if is_negative else sine))
        else:
            plain.append(term)
    rest = total(*plain)
    cosine, sine = sympy.cos(rest, evaluate=False), sympy.sin(rest, evaluate=False)
    if turns and rest == 0:
        cosine, sine = sympy.S.One, sympy.S.Zero
    for c, s in turns:
        cosine, sine = (
            total(product(cosine, c), _times(-1, product(sine, s))),
            total(product(sine, c), product(cosine, s)),
        )
    return cosine, sine


def _of_arctangent(node: Any) -> tuple[Any, Any]:
    """Cosine and sine of atan2(y, x) or of atan(y)."""
    y, x = node.args if isinstance(node, sympy.atan2) else (node.args[0], sympy.S.One)
    squares = total(sympy.Pow(x, 2, evaluate=False), sympy.Pow(y, 2, evaluate=False))
    inverse = sympy.Pow(squares, -sympy.S.Half, evaluate=False)
    return product(x, inverse), product(y, inverse)


_RULES: dict[Any, Callable[[list[Any], Question], Any]] = {
    sympy.Abs: lambda parts, question: _fold(parts[0], question),
    sympy.Max: _extreme(1),
    sympy.Min: _extreme(-1),
    sympy.sign: _sign,
    sympy.re: lambda parts, question: parts[0],
    sympy.im: lambda parts, question: sympy.S.Zero,
    sympy.conjugate: lambda parts, question: parts[0],
    sympy.Pow: _power,
    sympy.atan2: _angle,
    sympy.cos: _cosine,
    sympy.sin: _sine,
}


def _times(factor: Sign, node: Any) -> Any:
    return node if factor == 1 else sympy.Mul(sympy.S.NegativeOne, node, evaluate=False)


def _innermost_fold(node: Any) -> Any:
    """An Abs with none inside."""
    nested = next(filter(None, map(_innermost_fold, node.args)), None)
    return nested if nested is not None or not isinstance(node, sympy.Abs) else node


def _unfolded(node: Any, argument: Any, fold_sign: Sign, question: Question) -> Any:
    """With `fold_sign` times the argument for its absolute value, in this form and in others."""
    if not node.args:
        return node
    parts = [_unfolded(part, argument, fold_sign, question) for part in node.args]
    if isinstance(node, sympy.Abs):
        inner = parts[0]
        if inner == argument or normal_form.same(inner, argument, question):
            return _times(fold_sign, inner)
        if normal_form.same(inner, _times(-1, argument), question):
            return _times(-fold_sign, inner)
    return node.func(*parts, evaluate=False)
