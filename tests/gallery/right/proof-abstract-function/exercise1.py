import sympy as sp

f = sp.Function("f")
x, y = sp.symbols("x y", real=True)


def gradient(r, theta):
    at = {x: r * sp.cos(theta), y: r * sp.sin(theta)}
    return sp.Subs(f(x, y).diff(x), (x, y), (at[x], at[y])), sp.Subs(f(x, y).diff(y), (x, y), (at[x], at[y]))


def df_dr(f_x, f_y, r, theta):
    return sp.Derivative(f(r * sp.cos(theta), r * sp.sin(theta)), r).doit()


def df_dtheta(f_x, f_y, r, theta):
    return f(r * sp.cos(theta), r * sp.sin(theta)).diff(theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    polar = f(r * sp.cos(theta), r * sp.sin(theta))
    left = sp.Derivative(polar, r) ** 2 + sp.Derivative(polar, theta) ** 2 / r**2
    a, b = gradient(r, theta)
    c, s = sp.cos(theta), sp.sin(theta)
    return [
        left,
        left.doit(),
        (a * c + b * s) ** 2 + (b * c - a * s) ** 2,
        (a**2 + b**2) * (c**2 + s**2),
        sp.Derivative(f(x, y), x) ** 2 + sp.Derivative(f(x, y), y) ** 2,
    ]
