"""Exercise 1 with an abstract f: its derivatives as f_x, f_y, f_r and f_theta, and values of whatever else is of it.

Whatever holds for every f holds for a polynomial with random coefficients that has the point's own f_x and f_y there.
"""

from typing import Any

import sympy
from sympy.core.function import AppliedUndef

R = sympy.Symbol("r", positive=True)
THETA, F_X, F_Y, F_R, F_THETA = sympy.symbols("theta f_x f_y f_r f_theta", real=True)
PLAIN_X, PLAIN_Y = sympy.symbols("plain_x plain_y", real=True)
HERE_X, HERE_Y = sympy.symbols("here_x here_y", real=True)  # x and y of the point: numbers, not to be differentiated by
COEFFICIENTS = sympy.symbols("k_0:4", real=True)
CARTESIAN = (R * sympy.cos(THETA), R * sympy.sin(THETA))


def with_partials(expression: Any) -> Any:
    """x(r, θ) and y(r, θ) as what they are, and the first derivatives of f as the symbols that stand for them."""
    coordinates = {
        node: CARTESIAN["xy".index(node.func.__name__)]
        for node in expression.atoms(AppliedUndef)
        if node.func.__name__ in ("x", "y") and node.args == (R, THETA)
    }
    replaced = expression.subs(coordinates) if coordinates else expression
    partials = {node: symbol for node in replaced.atoms(sympy.Subs) if (symbol := _substituted(node)) is not None}
    replaced = replaced.xreplace(partials)
    partials = {node: symbol for node in replaced.atoms(sympy.Derivative) if (symbol := _partial(node)) is not None}
    return replaced.xreplace(partials)


def _partial(node: Any) -> Any:
    """The symbol of ∂f(x, y)/∂x, ∂f(r, θ)/∂r and ∂f(r cos θ, r sin θ)/∂r, and of the other two; else None."""
    f = node.expr
    if not isinstance(f, AppliedUndef) or len(f.args) != 2 or len(node.variables) != 1:
        return None
    symbols = {(PLAIN_X, PLAIN_Y): (F_X, F_Y), (R, THETA): (F_R, F_THETA)}
    if f.args == CARTESIAN:
        return dict(zip((R, THETA), (F_R, F_THETA), strict=True)).get(node.variables[0])
    return dict(zip(f.args, symbols.get(f.args, ()), strict=False)).get(node.variables[0])


def _substituted(node: Any) -> Any:
    """The symbol of ∂f/∂x or ∂f/∂y taken at (x, y) or (r cos θ, r sin θ); else None."""
    inner = node.expr
    if not isinstance(inner, sympy.Derivative) or len(inner.variables) != 1 or len(inner.expr.args) != 2:
        return None
    place = tuple(item.xreplace(dict(zip(node.variables, node.point, strict=True))) for item in inner.expr.args)
    if place not in (CARTESIAN, (PLAIN_X, PLAIN_Y)) or inner.variables[0] not in inner.expr.args:
        return None
    return (F_X, F_Y)[inner.expr.args.index(inner.variables[0])]


def concrete(expression: Any) -> Any:
    """The expression with a polynomial for f: of x and y, or of r and θ where f(r, θ) is written."""

    def value(node: Any) -> Any:
        if len(node.args) != 2:
            return sympy.Symbol("unknown")
        u, v = CARTESIAN if node.args == (R, THETA) else node.args
        u, v = u - HERE_X, v - HERE_Y
        k_0, k_1, k_2, k_3 = COEFFICIENTS
        return F_X * u + F_Y * v + k_0 + k_1 * u**2 + k_2 * u * v + k_3 * v**2

    return expression.replace(lambda node: isinstance(node, AppliedUndef), value).doit()
