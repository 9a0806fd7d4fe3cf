from sympy import Function, cos, expand, sin, symbols

x, y = symbols("x y")
f = Function("f")


def df_dr(f_x, f_y, r, theta):
    return f(x, theta).diff(x) * cos(theta) + f(x, y).diff(y) * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y * cos(theta) - f_x * sin(theta))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    substituted = df_dr(f_x, f_y, r, theta) ** 2 + df_dtheta(f_x, f_y, r, theta) ** 2 / r**2
    return [f_r**2 + f_theta**2 / r**2, substituted, expand(substituted), f_x**2 + f_y**2]
