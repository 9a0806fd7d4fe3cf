from sympy import tan


def pair(theta):
    t = tan(theta / 2)
    return (1 - t**2) / (1 + t**2), 2 * t / (1 + t**2)


def df_dr(f_x, f_y, r, theta):
    c, s = pair(theta)
    return f_x * c + f_y * s


def df_dtheta(f_x, f_y, r, theta):
    c, s = pair(theta)
    return r * (f_y * c - f_x * s)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    t = tan(theta / 2)
    a = f_x * (1 - t**2) + 2 * f_y * t
    b = f_y * (1 - t**2) - 2 * f_x * t
    return [
        f_r**2 + f_theta**2 / r**2,
        (a / (1 + t**2)) ** 2 + (b / (1 + t**2)) ** 2,
        (a**2 + b**2) / (1 + t**2) ** 2,
        (f_x**2 + f_y**2) * ((1 - t**2) ** 2 + 4 * t**2) / (1 + t**2) ** 2,
        (f_x**2 + f_y**2) * (1 + t**2) ** 2 / (1 + t**2) ** 2,
    ]
