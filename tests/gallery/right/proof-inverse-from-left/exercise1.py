from sympy import cos, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return f_y * r * cos(theta) - f_x * r * sin(theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    c, s = cos(theta), sin(theta)
    u = f_theta / r
    return [
        f_r**2 + f_theta**2 / r**2,
        (f_r**2 + u**2) * (c**2 + s**2),
        f_r**2 * c**2 + u**2 * s**2 + f_r**2 * s**2 + u**2 * c**2,
        (f_r * c - u * s) ** 2 + (f_r * s + u * c) ** 2,
        f_x**2 + f_y**2,
    ]
