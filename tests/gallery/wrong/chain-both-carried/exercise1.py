from sympy import cos, expand, sin


def df_dr(f_x, f_y, r, theta):
    return 2 * f_x * cos(theta) + 2 * f_y * sin(theta)


def df_dtheta(f_x, f_y, r, theta):
    return f_y * cos(theta) - f_x * sin(theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    dx = f_r * cos(theta) / 2 - f_theta * sin(theta)
    dy = f_r * sin(theta) / 2 + f_theta * cos(theta)
    return [f_x**2 + f_y**2, dx**2 + dy**2, expand(dx**2 + dy**2), f_r**2 / 4 + f_theta**2]
