import sympy as sp


def linear(f_x, f_y, r, theta):
    return f_x * r * sp.cos(theta) + f_y * r * sp.sin(theta)


def df_dr(f_x, f_y, r, theta):
    return sp.diff(linear(f_x, f_y, r, theta), r)


def df_dtheta(f_x, f_y, r, theta):
    return sp.diff(linear(f_x, f_y, r, theta), theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    left = f_r**2 + f_theta**2 / r**2
    line = left.subs({f_r: df_dr(f_x, f_y, r, theta), f_theta: df_dtheta(f_x, f_y, r, theta)})
    return [left, line, sp.factor(line), sp.expand(line), sp.simplify(line)]
