import sympy as sp


def df_dr(f_x, f_y, r, theta):
    return sp.cos(theta) * f_x + sp.sin(theta) * f_y


def df_dtheta(f_x, f_y, r, theta):
    return -r * sp.sin(theta) * f_x + r * sp.cos(theta) * f_y


def proof(f_r, f_theta, f_x, f_y, r, theta):
    c, s = sp.cos(theta), sp.sin(theta)
    one = c**2 + s**2
    lines = [f_x**2 + f_y**2]
    lines.append(f_x**2 * one + f_y**2 * one)
    lines.append(f_x**2 * c**2 + f_y**2 * s**2 + f_x**2 * s**2 + f_y**2 * c**2)
    cross = 2 * f_x * f_y * c * s
    lines.append((f_x**2 * c**2 + cross + f_y**2 * s**2) + (f_x**2 * s**2 - cross + f_y**2 * c**2))
    lines.append((f_x * c + f_y * s) ** 2 + (-f_x * s + f_y * c) ** 2)
    lines.append((f_x * c + f_y * s) ** 2 + 1 / r**2 * (-f_x * r * s + f_y * r * c) ** 2)
    lines.append(f_r**2 + 1 / r**2 * f_theta**2)
    return lines
