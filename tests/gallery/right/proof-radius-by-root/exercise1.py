from sympy import Abs, atan, atan2, cos, sin, sqrt


def df_dr(f_x, f_y, r, theta):
    x, y = r * cos(theta), r * sin(theta)
    return f_x * x / sqrt(x**2 + y**2) + f_y * y / sqrt(x**2 + y**2)


def df_dtheta(f_x, f_y, r, theta):
    x, y = r * cos(theta), r * sin(theta)
    angle = 2 * atan(y / (x + r))
    return Abs(r) * (f_y * cos(angle) - f_x * sin(angle))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    x, y = r * cos(theta), r * sin(theta)
    angle = atan2(y, x)
    return [
        f_r**2 + f_theta**2 / sqrt(r**4),
        (f_x * cos(angle) + f_y * sin(angle)) ** 2 + (f_y * cos(angle) - f_x * sin(angle)) ** 2,
        (f_x * x + f_y * y) ** 2 / (x**2 + y**2) + (f_y * x - f_x * y) ** 2 / (x**2 + y**2),
        (f_x**2 + f_y**2) * (x**2 + y**2) / r**2,
        f_x**2 + f_y**2,
    ]
