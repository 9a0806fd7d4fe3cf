from sympy import cos, expand, sin, sqrt


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y * cos(theta) - f_x * sqrt(1 - cos(theta) ** 2))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    a = f_x * cos(theta) + f_y * sin(theta)
    b = f_y * cos(theta) - f_x * sin(theta)
    return [
        f_r**2 + f_theta**2 / r**2,
        a**2 + (r * b) ** 2 / r**2,
        expand(a**2) + expand(b**2),
        (f_x**2 + f_y**2) * (cos(theta) ** 2 + sin(theta) ** 2),
        f_x**2 + f_y**2,
    ]
