"""An expression as text for a message: as Python writes it, in the order in which it came, cut where it is long.

sympy's own printer orders the terms, and to do so it evaluates numbers, of any size.
"""

from typing import Any

import sympy
from sympy.core.function import AppliedUndef

MAX_SHOWN = 160  # characters
MAX_BITS_SHOWN = 2_000

_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly an expression binds


def text(expression: Any) -> str:
    if isinstance(expression, sympy.Basic):
        whole = _written(expression)[0]
    else:  # of what is not one, what it is instead
        whole = str(getattr(expression, "reason", expression))
    half = MAX_SHOWN // 2
    return whole if len(whole) <= MAX_SHOWN else f"{whole[:half]} … {whole[-half:]}"


def _written(node: Any) -> tuple[str, int]:
    match node:
        case sympy.Add():
            return _sum(node.args), _SUM
        case sympy.Mul():
            return _product(node.args), _PRODUCT
        case sympy.Pow(args=(base, sympy.Rational(p=1, q=2))):
            return f"sqrt({_written(base)[0]})", _ATOM
        case sympy.Pow():
            return f"{_within(node.args[0], _ATOM)}**{_within(node.args[1], _ATOM)}", _POWER
        case sympy.Rational():
            return _rational(node)
        case sympy.Float():
            return f"{float(node)!r}", _ATOM if node >= 0 else _SUM
    if isinstance(node, sympy.Derivative):
        by = ", ".join(
            str(variable) if count == 1 else f"({variable}, {count})" for variable, count in node.variable_count
        )
        return f"Derivative({_written(node.expr)[0]}, {by})", _ATOM
    if isinstance(node, sympy.Tuple):
        return f"({', '.join(_written(part)[0] for part in node.args)})", _ATOM
    if not node.args:
        return str(node), _ATOM
    name = node.func.__name__ if isinstance(node, AppliedUndef) else type(node).__name__
    return f"{name}({', '.join(_written(part)[0] for part in node.args)})", _ATOM


def _within(node: Any, strength: int) -> str:
    written, binding = _written(node)
    return written if binding >= strength else f"({written})"


def _sum(terms: tuple[Any, ...]) -> str:
    parts = [_within(term, _PRODUCT) if index else _written(term)[0] for index, term in enumerate(terms)]
    return parts[0] + "".join(f" - {part[1:]}" if part.startswith("-") else f" + {part}" for part in parts[1:])


def _product(factors: tuple[Any, ...]) -> str:
    above = [factor for factor in factors if not _is_inverse(factor)]
    below = [factor for factor in factors if _is_inverse(factor)]
    sign = "-" if above and above[0] == -1 else ""
    above = above[1:] if sign else above
    written = sign + ("*".join(_within(factor, _PRODUCT) for factor in above) or "1")
    return written + "".join(f"/{_within(_inverted(factor), _POWER)}" for factor in below)


def _is_inverse(node: Any) -> bool:
    return isinstance(node, sympy.Pow) and isinstance(node.args[1], sympy.Integer) and node.args[1] < 0


def _inverted(node: Any) -> Any:
    base, exponent = node.args
    return base if exponent == -1 else sympy.Pow(base, -exponent, evaluate=False)


def _rational(node: Any) -> tuple[str, int]:
    digits = _digits(node.p) if node.q == 1 else f"{_digits(node.p)}/{_digits(node.q)}"
    return digits, _SUM if node < 0 else _ATOM if node.q == 1 else _PRODUCT


def _digits(number: Any) -> str:
    """Of a number that is not too long even for Python to write."""
    bits = int(number).bit_length()
    return str(int(number)) if bits <= MAX_BITS_SHOWN else f"(a number of {bits} bits)"
