import math

from sympy import cos, sin


def df_dr(f_x, f_y, r, theta):
    return 1.0 * f_x * cos(theta) + 0.5 * (2.0 * f_y) * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return r**1.0 * (f_y * sin(theta + 0.5 * math.pi) - f_x * sin(theta))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    c, s = cos(theta), sin(theta)
    return [
        f_r**2.0 + r ** (-2.0) * f_theta**2.0,
        (f_x * c + f_y * s) ** 2.0 + (f_y * c - f_x * s) ** 2.0,
        f_x**2 * (c**2.0 + s**2.0) + 0.25 * (2 * f_y) ** 2 * (c**2.0 + s**2.0),
        1.0 * f_x**2 + 1.0 * f_y**2,
    ]
