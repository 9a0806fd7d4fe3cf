from sympy import cos


def derivative(x):
    return 2 * x * cos(x)
