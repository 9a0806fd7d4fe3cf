from sympy import cos, sin, sqrt, atan2


def df_dr(f_x, f_y, r, theta):
    return sqrt(f_x**2 + f_y**2) * cos(theta - atan2(f_y, f_x))


def df_dtheta(f_x, f_y, r, theta):
    return -r * sqrt(f_x**2 + f_y**2) * sin(theta - atan2(f_y, f_x))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    length, direction = sqrt(f_x**2 + f_y**2), atan2(f_y, f_x)
    return [
        f_r**2 + (f_theta / r) ** 2,
        (length * cos(theta - direction)) ** 2 + (length * sin(theta - direction)) ** 2,
        length**2 * (cos(theta - direction) ** 2 + sin(theta - direction) ** 2),
        length**2,
    ]
