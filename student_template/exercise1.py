"""Exercise 1: the chain rule in polar coordinates (4 points).

A function f(x, y) is rewritten in polar coordinates, x = r cos θ and y = r sin θ. Prove

    (∂f/∂r)² + (1/r²) (∂f/∂θ)² = (∂f/∂x)² + (∂f/∂y)².

All symbols arrive as arguments: r is positive, theta is real, and f_x stands for ∂f/∂x, f_theta for ∂f/∂θ and so on.
Build your answers from them with +, -, *, /, ** and sympy's functions; any way of writing them is fine, also unexpanded
or unsimplified. You may import sympy.

As an example, this would be the squared length of (x, y):

    def squared_length(r, theta):
        return (r * sympy.cos(theta)) ** 2 + (r * sympy.sin(theta)) ** 2
"""

import sympy


def df_dr(f_x: sympy.Expr, f_y: sympy.Expr, r: sympy.Expr, theta: sympy.Expr) -> sympy.Expr:
    """1.1  ∂f/∂r in terms of f_x, f_y, r and theta, by the chain rule.

    In the same way, if f depended on t through x = t² alone, your answer would be `return f_x * 2 * t`.
    """
    raise NotImplementedError


def df_dtheta(f_x: sympy.Expr, f_y: sympy.Expr, r: sympy.Expr, theta: sympy.Expr) -> sympy.Expr:
    """1.2  ∂f/∂θ in terms of f_x, f_y, r and theta, by the chain rule.

    A quick test of your own: for f = x you know f_x = 1, f_y = 0, and what r·cos θ gives when differentiated by θ.
    """
    raise NotImplementedError


def proof(
    f_r: sympy.Expr, f_theta: sympy.Expr, f_x: sympy.Expr, f_y: sympy.Expr, r: sympy.Expr, theta: sympy.Expr
) -> list[sympy.Expr]:
    """1.3, 1.4  The proof, as a list of expressions: each equals the one before, from one side to the other.

    One end is the left side, in f_r, f_theta and r alone; the other end is the right side, in f_x and f_y alone.
    Between them stand your steps, and among them the line in which the derivatives have just been substituted (1.3).
    Start from whichever side you like. A proof of (a + b)² - (a - b)² = 4ab would look like this:

        return [
            (a + b) ** 2 - (a - b) ** 2,
            (a**2 + 2 * a * b + b**2) - (a**2 - 2 * a * b + b**2),
            4 * a * b,
        ]
    """
    raise NotImplementedError
