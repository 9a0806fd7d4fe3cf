from sympy import symbols

x, y = symbols("x y", real=True)


def df_dr(f_x, f_y, r, theta):
    return (f_x * x + f_y * y) / r


def df_dtheta(f_x, f_y, r, theta):
    return f_y * x - f_x * y


def proof(f_r, f_theta, f_x, f_y, r, theta):
    return [
        f_r**2 + f_theta**2 / r**2,
        ((f_x * x + f_y * y) / r) ** 2 + (f_y * x - f_x * y) ** 2 / r**2,
        (f_x**2 * x**2 + f_y**2 * y**2 + f_y**2 * x**2 + f_x**2 * y**2) / r**2,
        (f_x**2 + f_y**2) * (x**2 + y**2) / r**2,
        (f_x**2 + f_y**2) * (x**2 + y**2) / (x**2 + y**2),
        f_x**2 + f_y**2,
    ]
