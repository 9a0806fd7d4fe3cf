from sympy import cos, sec, tan


def df_dr(f_x, f_y, r, theta):
    return cos(theta) * (f_x + f_y * tan(theta))


def df_dtheta(f_x, f_y, r, theta):
    return r * (f_y - f_x * tan(theta)) / sec(theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    t = tan(theta)
    return [
        f_r**2 + (1 / r**2) * f_theta**2,
        cos(theta) ** 2 * (f_x + f_y * t) ** 2 + cos(theta) ** 2 * (f_y - f_x * t) ** 2,
        ((f_x + f_y * t) ** 2 + (f_y - f_x * t) ** 2) / (1 + t**2),
        (f_x**2 + f_y**2 * t**2 + f_y**2 + f_x**2 * t**2) / (1 + t**2),
        (f_x**2 + f_y**2) * (1 + t**2) / (1 + t**2),
        f_y**2 + f_x**2,
    ]
