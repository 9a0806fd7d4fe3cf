import sympy as sp


def setup(r, theta):
    x = sp.Function("x")(r, theta)
    y = sp.Function("y")(r, theta)
    return x, y, sp.Function("f")(x, y)


def df_dr(f_x, f_y, r, theta):
    x, y, f = setup(r, theta)
    return f.diff(r)


def df_dtheta(f_x, f_y, r, theta):
    x, y, f = setup(r, theta)
    return f.diff(theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    x, y, f = setup(r, theta)
    left = f_r**2 + f_theta**2 / r**2
    chained = f.diff(r) ** 2 + f.diff(theta) ** 2 / r**2
    inserted = chained.subs({f.diff(x): f_x, f.diff(y): f_y})
    done = inserted.subs({x: r * sp.cos(theta), y: r * sp.sin(theta)}).doit()
    return [left, chained, inserted, done, sp.expand(done), sp.trigsimp(sp.expand(done))]
