"""Derivatives and substitutions that leave an expression as it was written.

sympy's own would simplify on the way, and what it costs to simplify a stranger's expression nobody knows. Here only
what is plainly nothing (a zero term, a factor one) is left out.
"""

from typing import Any

import sympy
from sympy.core.function import ArgumentIndexError


class NoRuleError(Exception):
    """A function that this program cannot differentiate."""


def substitute(node: Any, values: dict[Any, Any]) -> Any:
    """The expression with symbols replaced, nothing else touched."""
    if node in values:
        return values[node]
    if not node.args or not node.free_symbols & values.keys():
        return node
    return node.func(*(substitute(part, values) for part in node.args), evaluate=False)


def derivative(node: Any, symbol: Any) -> Any:
    """By the sum, product, power and chain rules. Raises NoRuleError."""
    if node == symbol:
        return sympy.S.One
    if symbol not in node.free_symbols:
        return sympy.S.Zero
    match node:
        case sympy.Add():
            return total(*(derivative(part, symbol) for part in node.args))
        case sympy.Mul():
            return _of_product(node.args, symbol)
        case sympy.Pow():
            return _of_power(node.args[0], node.args[1], symbol)
    outer = (product(_slope(node, slot), derivative(part, symbol)) for slot, part in enumerate(node.args))
    return total(*outer)


def total(*terms: Any) -> Any:
    """The sum, unevaluated but for zero terms."""
    left = [term for term in terms if term != 0]
    return sympy.Add(*left, evaluate=False) if len(left) > 1 else sum(left, sympy.S.Zero)


def product(*factors: Any) -> Any:
    """The product, unevaluated but for zeros and ones."""
    if any(factor == 0 for factor in factors):
        return sympy.S.Zero
    left = [factor for factor in factors if factor != 1]
    return sympy.Mul(*left, evaluate=False) if len(left) > 1 else next(iter(left), sympy.S.One)


def _of_product(factors: tuple[Any, ...], symbol: Any) -> Any:
    terms = (
        product(*factors[:index], derivative(factor, symbol), *factors[index + 1 :])
        for index, factor in enumerate(factors)
    )
    return total(*terms)


def _of_power(base: Any, exponent: Any, symbol: Any) -> Any:
    """(bᵉ)' = e bᵉ⁻¹ b' + bᵉ log(b) e'."""
    lowered = sympy.Pow(base, total(exponent, sympy.S.NegativeOne), evaluate=False)
    by_base = product(exponent, lowered, derivative(base, symbol))
    if symbol not in exponent.free_symbols:
        return by_base
    logarithm = sympy.log(base, evaluate=False)
    by_exponent = product(sympy.Pow(base, exponent, evaluate=False), logarithm, derivative(exponent, symbol))
    return total(by_base, by_exponent)


def _slope(node: Any, slot: int) -> Any:
    """The function's derivative by one argument: sympy's rule for plain symbols, the arguments put in afterwards."""
    if isinstance(node, (sympy.Max, sympy.Min)):  # steps, which have no value here; and sympy compares all their pairs
        raise NoRuleError(type(node).__name__)
    plain = [sympy.Dummy() for _ in node.args]
    try:
        rule = node.func(*plain).fdiff(slot + 1)
    except (ArgumentIndexError, AttributeError) as error:
        raise NoRuleError(type(node).__name__) from error
    if rule.has(sympy.Derivative):
        raise NoRuleError(type(node).__name__)
    return substitute(rule, dict(zip(plain, node.args, strict=True)))
