from sympy import Add, Mul, Pow, cos, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y * cos(theta) - f_x * sin(theta))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    tower = Pow(9, Pow(9, Pow(9, 9, evaluate=False), evaluate=False), evaluate=False)
    a, b = df_dr(f_x, f_y, r, theta), df_dtheta(f_x, f_y, r, theta)
    return [
        f_r**2 + f_theta**2 / r**2,
        Add(a**2, b**2 / r**2, tower, Mul(-1, tower, evaluate=False), evaluate=False),
        f_x**2 + f_y**2,
    ]
