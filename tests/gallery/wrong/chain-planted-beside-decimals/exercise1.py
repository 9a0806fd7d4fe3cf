from sympy import Rational, cos, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta) + 1e-13 * f_x * f_y * r + 0.123456789101 * (f_x * cos(theta) ** 2 + f_x * sin(theta) ** 2 - f_x)


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y * cos(theta) - f_x * sin(theta))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    left, right = f_r**2 + f_theta**2 / r**2, f_x**2 + f_y**2
    a, b = f_x * cos(theta) + f_y * sin(theta), f_y * cos(theta) - f_x * sin(theta)
    return [left, a**2 + b**2, a**2 + b**2 + Rational(1, 10**14) * f_x + 0.1234567891 * f_y, 1e-14 * f_x + right + 0.1234567891 * f_y, right]
