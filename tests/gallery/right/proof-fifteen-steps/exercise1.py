import sympy
from sympy import cos, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return f_x * (-r * sin(theta)) + f_y * (r * cos(theta))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    c = cos(theta)
    s = sin(theta)
    return [
        f_r**2 + f_theta**2 / r**2,
        f_r**2 + (f_theta / r) ** 2,
        (f_x * c + f_y * s) ** 2 + (f_theta / r) ** 2,
        (f_x * c + f_y * s) ** 2 + ((f_x * (-r * s) + f_y * (r * c)) / r) ** 2,
        (f_x * c + f_y * s) ** 2 + (f_x * (-s) + f_y * c) ** 2,
        f_x**2 * c**2 + 2 * f_x * c * f_y * s + f_y**2 * s**2 + (f_y * c - f_x * s) ** 2,
        f_x**2 * c**2 + 2 * f_x * c * f_y * s + f_y**2 * s**2 + f_y**2 * c**2 - 2 * f_y * c * f_x * s + f_x**2 * s**2,
        f_x**2 * c**2 + f_y**2 * s**2 + f_y**2 * c**2 + f_x**2 * s**2,
        f_x**2 * c**2 + f_x**2 * s**2 + f_y**2 * c**2 + f_y**2 * s**2,
        f_x**2 * (c**2 + s**2) + f_y**2 * c**2 + f_y**2 * s**2,
        f_x**2 * (c**2 + s**2) + f_y**2 * (c**2 + s**2),
        f_x**2 * 1 + f_y**2 * (c**2 + s**2),
        f_x**2 * 1 + f_y**2 * (1 - s**2 + s**2),
        f_x**2 + f_y**2 * 1,
        f_x**2 + f_y**2,
    ]
