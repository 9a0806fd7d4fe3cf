from sympy import Derivative, Function, Symbol, cos, expand, sin


def df_dr(f_x, f_y, r, theta):
    x, y = Symbol("x"), Symbol("y")
    f = Function("f")
    return Derivative(f(x, y), x) * cos(theta) + Derivative(f(x, y), y) * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y * cos(theta) - f_x * sin(theta))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    f = Function("f")
    x, y = Symbol("x"), Symbol("y")
    left = Derivative(f(r, theta), r) ** 2 + Derivative(f(r, theta), theta) ** 2 / r**2
    substituted = (f_x * cos(theta) + f_y * sin(theta)) ** 2 + (f_y * cos(theta) - f_x * sin(theta)) ** 2
    right = Derivative(f(x, y), x) ** 2 + Derivative(f(x, y), y) ** 2
    return [left, f_r**2 + f_theta**2 / r**2, substituted, expand(substituted), f_x**2 + f_y**2, right]
