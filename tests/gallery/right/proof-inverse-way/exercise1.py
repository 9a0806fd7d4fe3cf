import sympy
from sympy import cos, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return (-f_x * sin(theta) + f_y * cos(theta)) * r


def proof(f_r, f_theta, f_x, f_y, r, theta):
    c, s = cos(theta), sin(theta)
    dx = f_r * c - f_theta * s / r
    dy = f_r * s + f_theta * c / r
    return [
        f_x**2 + f_y**2,
        dx**2 + dy**2,
        sympy.expand(dx**2 + dy**2),
        f_r**2 * (c**2 + s**2) + f_theta**2 / r**2 * (s**2 + c**2),
        f_r**2 + f_theta**2 / r**2,
    ]
