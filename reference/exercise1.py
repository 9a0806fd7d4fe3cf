"""Exercise 1: the gradient's squared length does not depend on the coordinates it is written in."""

from sympy import Expr, cos, expand, sin


def df_dr(f_x: Expr, f_y: Expr, r: Expr, theta: Expr) -> Expr:
    """f_x ∂x/∂r + f_y ∂y/∂r, with x = r cos θ and y = r sin θ."""
    return f_x * cos(theta) + f_y * sin(theta)


def df_dtheta(f_x: Expr, f_y: Expr, r: Expr, theta: Expr) -> Expr:
    """f_x ∂x/∂θ + f_y ∂y/∂θ."""
    return -f_x * r * sin(theta) + f_y * r * cos(theta)


def proof(f_r: Expr, f_theta: Expr, f_x: Expr, f_y: Expr, r: Expr, theta: Expr) -> list[Expr]:
    """From the left: substitute, multiply out, collect, and use cos² + sin² = 1."""
    substituted = df_dr(f_x, f_y, r, theta) ** 2 + df_dtheta(f_x, f_y, r, theta) ** 2 / r**2
    return [
        f_r**2 + f_theta**2 / r**2,
        substituted,
        expand(substituted),
        (f_x**2 + f_y**2) * (cos(theta) ** 2 + sin(theta) ** 2),
        f_x**2 + f_y**2,
    ]
