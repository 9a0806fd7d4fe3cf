import sympy as sp
from sympy import Rational, cos, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * sin(2 * theta) / (2 * sin(theta)) + f_y * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return r * f_y * cos(theta) - r * f_x * (1 - cos(2 * theta)) / (2 * sin(theta))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    half = Rational(1, 2)
    c2, s2 = cos(2 * theta), sin(2 * theta)
    first = f_x**2 * half * (1 + c2) + f_x * f_y * s2 + f_y**2 * half * (1 - c2)
    second = f_x**2 * half * (1 - c2) - f_x * f_y * s2 + f_y**2 * half * (1 + c2)
    return [
        f_r**2 + f_theta**2 / r**2,
        first + sp.Mul(1 / r**2, r**2 * second, evaluate=False),
        f_x**2 * half * ((1 + c2) + (1 - c2)) + f_y**2 * half * 2,
        f_x**2 + f_y**2,
    ]
