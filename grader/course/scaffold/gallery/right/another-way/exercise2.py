from sympy import diff, sin


def derivative(x):
    return diff(x**2 * sin(x), x)
