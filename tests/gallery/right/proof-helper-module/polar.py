import sympy


def SIDES(f_r, f_theta, f_x, f_y, r):
    return f_r**2 + f_theta**2 / r**2, f_x**2 + f_y**2


def square(value):
    return value**2


def along(gradient, which, r, theta):
    position = (r * sympy.cos(theta), r * sympy.sin(theta))
    return sum(g * sympy.diff(p, (r, theta)[which]) for g, p in zip(gradient, position))
