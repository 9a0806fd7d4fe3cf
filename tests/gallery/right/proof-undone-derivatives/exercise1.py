from sympy import Derivative, cos, expand, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * Derivative(r * cos(theta), r) + f_y * Derivative(r * sin(theta), r)


def df_dtheta(f_x, f_y, r, theta):
    return f_x * Derivative(r * cos(theta), theta) + f_y * Derivative(r * sin(theta), theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    start = f_r**2 + f_theta**2 / r**2
    undone = df_dr(f_x, f_y, r, theta) ** 2 + df_dtheta(f_x, f_y, r, theta) ** 2 / r**2
    done = undone.doit()
    return [start, undone, done, expand(done), expand(done).simplify()]
