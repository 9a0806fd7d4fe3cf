from sympy import Abs, Max, cos, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta) + Max(0, r - 10**6)


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y * cos(theta) - f_x * sin(theta)) + Abs(f_x - 10**9) + f_x - 10**9


def proof(f_r, f_theta, f_x, f_y, r, theta):
    left, right = f_r**2 + f_theta**2 / r**2, f_x**2 + f_y**2
    a, b = f_x * cos(theta) + f_y * sin(theta), f_y * cos(theta) - f_x * sin(theta)
    return [left, a**2 + b**2 + Max(0, f_x - 10**12), right]
