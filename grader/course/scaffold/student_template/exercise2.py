"""The product rule. You may import sympy."""


def derivative(x):
    """The derivative of x**2 * sin(x) with respect to the symbol x, as an expression."""
    raise NotImplementedError
