"""What is surely positive, real, or free of jumps on a domain. False and None only mean that it is not plain to see."""

from typing import Any, Literal

import sympy

from . import normal_form
from .bounds import constant
from .domain import Question

# Everywhere analytic; analytic but for poles.
_ENTIRE = (sympy.exp, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh)
_MEROMORPHIC = (sympy.tan, sympy.cot, sympy.sec, sympy.csc, sympy.tanh, sympy.coth)
_REAL_ANALYTIC = (sympy.atan, sympy.asinh)  # on the whole real line
_REAL = (*_ENTIRE, *_MEROMORPHIC, *_REAL_ANALYTIC, sympy.acot, sympy.atan2, sympy.Abs, sympy.Max, sympy.Min, sympy.sign)

Sign = Literal[1, -1]


def sign(node: Any, question: Question) -> Sign | None:
    """1 or -1 where it has this sign on the whole domain (it may touch zero)."""
    if isinstance(node, sympy.Rational) or node in (sympy.pi, sympy.E):
        return -1 if node < 0 else 1
    if isinstance(node, sympy.Symbol):
        return 1 if question.domain.is_positive(node.name) else None
    if isinstance(node, sympy.Mul):
        return _of_product([sign(part, question) for part in node.args])
    if isinstance(node, sympy.Pow):
        return _of_power(node.args[0], node.args[1], question)
    if isinstance(node, (sympy.exp, sympy.cosh, sympy.Abs)) and is_real(node.args[0], question):
        return 1
    if isinstance(node, sympy.Add):
        signs = {sign(part, question) for part in node.args}
        if len(signs) == 1 and None not in signs:
            return signs.pop()
    return 1 if normal_form.is_positive(node, question) else None


def _of_product(signs: list[Sign | None]) -> Sign | None:
    if None in signs:
        return None
    return -1 if signs.count(-1) % 2 else 1


def _of_power(base: Any, exponent: Any, question: Question) -> Sign | None:
    power = constant(exponent)
    base_sign = sign(base, question)
    if base_sign == 1 and is_real(exponent, question):
        return 1
    if power is None or power.denominator != 1 or not is_real(base, question):
        return None
    return base_sign if power.numerator % 2 else 1


def is_real(node: Any, question: Question) -> bool:
    if not node.args:
        return node is not sympy.I
    if isinstance(node, sympy.Pow):
        whole = constant(node.args[1])
        if whole is None or whole.denominator != 1:
            return sign(node.args[0], question) == 1 and is_real(node.args[1], question)
    elif isinstance(node, sympy.log):
        return sign(node.args[0], question) == 1
    elif not isinstance(node, (sympy.Add, sympy.Mul, *_REAL)):
        return False
    return all(is_real(part, question) for part in node.args)


def is_nowhere_zero(node: Any, question: Question) -> bool:
    """Whether it is surely never zero, beyond having one sign."""
    if isinstance(node, sympy.Symbol):
        return question.domain.is_positive(node.name)
    if not node.free_symbols and not isinstance(node, (sympy.Add, sympy.Function)):
        return bool(node != 0)
    if isinstance(node, (sympy.Mul, sympy.Pow)):
        return all(is_nowhere_zero(part, question) for part in node.args[: 1 if node.is_Pow else None])
    if isinstance(node, (sympy.exp, sympy.cosh)):
        return is_real(node.args[0], question)
    if isinstance(node, sympy.Add) and sign(node, question) is not None:
        signs = [sign(part, question) for part in node.args]
        if None not in signs and any(is_nowhere_zero(part, question) for part in node.args):
            return True
    return normal_form.is_positive(node, question)


def is_finite(node: Any, question: Question) -> bool:
    """Whether it surely has no pole on the domain."""
    if isinstance(node, sympy.Pow):
        power = constant(node.args[1])
        if power is None or power < 0:
            return is_nowhere_zero(node.args[0], question) and all(is_finite(part, question) for part in node.args)
    elif node.args and not isinstance(node, (sympy.Add, sympy.Mul, *_ENTIRE, *_REAL_ANALYTIC, sympy.tanh)):
        return False
    return all(is_finite(part, question) for part in node.args)


def is_analytic(node: Any, question: Question) -> bool:
    """Whether it is made of analytic functions, up to poles: if two such agree near one point, they agree."""
    if isinstance(node, sympy.Pow):
        whole = constant(node.args[1])
        if whole is None or whole.denominator != 1:
            base = node.args[0]
            if not (
                _is_sum_of_squares(base, question) or (sign(base, question) == 1 and is_nowhere_zero(base, question))
            ):
                return False
    elif isinstance(node, sympy.log):
        return is_analytic(node.args[0], question) and (
            sign(node.args[0], question) == 1 and is_nowhere_zero(node.args[0], question)
        )
    elif isinstance(node, _REAL_ANALYTIC):
        (argument,) = node.args
        return is_real(argument, question) and is_finite(argument, question) and is_analytic(argument, question)
    elif node.args and not isinstance(node, (sympy.Add, sympy.Mul, *_ENTIRE, *_MEROMORPHIC)):
        return False
    return all(is_analytic(part, question) for part in node.args)


def _is_sum_of_squares(node: Any, question: Question) -> bool:
    """Of at least two symbols: it is zero on so little that what is left of the domain is connected."""
    if not isinstance(node, sympy.Add):
        return False
    squared = [_squared(part, question) for part in node.args]
    return None not in squared and len(squared) == len(set(squared)) > 1


def _squared(node: Any, question: Question) -> Any:
    """The symbol whose square it is, up to a positive factor."""
    factors = [part for part in sympy.Mul.make_args(node) if not is_nowhere_zero(part, question)]
    if len(factors) != 1 or any(sign(part, question) != 1 for part in sympy.Mul.make_args(node)):
        return None
    (factor,) = factors
    return factor.args[0] if factor.is_Pow and factor.args[0].is_Symbol and factor.args[1] == 2 else None
