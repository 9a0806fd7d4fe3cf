"""The product rule, solved."""

from sympy import cos, sin


def derivative(x):
    """The derivative of x**2 * sin(x) by x, as an expression."""
    return 2 * x * sin(x) + x**2 * cos(x)
