from sympy import Symbol, cos, expand, sin

t = Symbol("t", real=True)


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(t) + f_y * sin(t)


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y * cos(t) - f_x * sin(t))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    a, b = df_dr(f_x, f_y, r, theta), df_dtheta(f_x, f_y, r, theta)
    return [
        f_r**2 + f_theta**2 / r**2,
        a**2 + b**2 / r**2,
        expand(a**2 + b**2 / r**2),
        f_x**2 + f_y**2,
    ]
