"""An expression as MathML, from its text: read by Python's own grammar, drawn, never evaluated.

What the grammar does not know, or nobody would read, is not drawn: the text stands beside it anyway.
MathML Core, https://www.w3.org/TR/mathml-core/.
"""

import ast
import re

from markupsafe import Markup, escape

MAX_CHARACTERS = 1_500  # an expression of a screen
MAX_DEPTH = 40
_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "psi": "ψ",
    "omega": "ω",
}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Eq: "=",
    ast.Lt: "<",
    ast.Gt: ">",
    ast.LtE: "≤",
    ast.GtE: "≥",
    ast.NotEq: "≠",
}
_ADD, _MUL, _UNARY, _POWER, _ATOM = range(5)


class _NotDrawnError(Exception):
    """Not an expression that this page can draw."""


def to_mathml(text: str) -> Markup | None:
    """A <math> element; None for what is not an expression, or only a name or a number."""
    if not 0 < len(text) <= MAX_CHARACTERS:
        return None
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
        if isinstance(tree, ast.Name | ast.Constant):
            return None
        return Markup("<math display='block'>{}</math>").format(Markup(_draw(tree, 0)[0]))
    except (_NotDrawnError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _draw(node: ast.AST, depth: int) -> tuple[str, int]:
    """The element, and how strongly it binds."""
    if depth > MAX_DEPTH:
        raise _NotDrawnError
    match node:
        case ast.Name(id=name):
            return _name(name), _ATOM
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return f"<mn>{value:g}</mn>" if isinstance(value, float) else f"<mn>{str(value)[:60]}</mn>", _ATOM
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"<mrow><mo>−</mo>{_bound(inner, _MUL, depth)}</mrow>", _UNARY
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return f"<mfrac>{_row(left, depth)}{_row(right, depth)}</mfrac>", _ATOM
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"<msup>{_bound(left, _ATOM, depth)}{_row(right, depth)}</msup>", _POWER
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return f"<mrow>{_bound(left, _MUL, depth)}<mo>⋅</mo>{_bound(right, _MUL, depth)}</mrow>", _MUL
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right):
            strength = _ADD if isinstance(operator, ast.Add) else _MUL
            sign = _SIGNS[type(operator)]
            return f"<mrow>{_bound(left, _ADD, depth)}<mo>{sign}</mo>{_bound(right, strength, depth)}</mrow>", _ADD
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _SIGNS:
            sign = escape(_SIGNS[type(operator)])
            return f"<mrow>{_row(left, depth)}<mo>{sign}</mo>{_row(right, depth)}</mrow>", _ADD
        case ast.Call(func=ast.Name(id="sqrt"), args=[inner], keywords=[]):
            return f"<msqrt>{_row(inner, depth)}</msqrt>", _ATOM
        case ast.Call(func=ast.Name(id="Eq"), args=[left, right], keywords=[]):
            return f"<mrow>{_row(left, depth)}<mo>=</mo>{_row(right, depth)}</mrow>", _ADD
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return f"<mrow>{_name(name)}{_listed(arguments, '(', ')', depth)}</mrow>", _ATOM
        case ast.List(elts=items):
            return _listed(items, "[", "]", depth), _ATOM
        case ast.Tuple(elts=items):
            return _listed(items, "(", ")", depth), _ATOM
    raise _NotDrawnError


def _row(node: ast.AST, depth: int) -> str:
    return f"<mrow>{_draw(node, depth + 1)[0]}</mrow>"


def _bound(node: ast.AST, least: int, depth: int) -> str:
    """In parentheses where it binds less than it has to."""
    drawn, strength = _draw(node, depth + 1)
    return drawn if strength >= least else f"<mrow><mo>(</mo>{drawn}<mo>)</mo></mrow>"


def _listed(items: list[ast.expr], opening: str, closing: str, depth: int) -> str:
    inner = "<mo>,</mo>".join(_row(item, depth) for item in items)
    return f"<mrow><mo>{opening}</mo>{inner}<mo>{closing}</mo></mrow>"


def _name(name: str) -> str:
    """f_x with its index below, theta as θ, x1 as x with 1 below."""
    head, _, index = name.partition("_")
    if not index and (match := re.fullmatch(r"([A-Za-z])(\d+)", name)):
        head, index = match[1], match[2]
    if not head or "_" in index:
        head, index = name, ""
    letter = f"<mi>{escape(_GREEK.get(head, head)[:60])}</mi>"
    return f"<msub>{letter}<mi>{escape(_GREEK.get(index, index)[:60])}</mi></msub>" if index else letter
