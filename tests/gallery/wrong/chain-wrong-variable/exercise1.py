from sympy import cos, expand, sin


def df_dr(f_x, f_y, r, theta):
    return f_x * (-r * sin(theta)) + f_y * r * cos(theta)


def df_dtheta(f_x, f_y, r, theta):
    return f_x * cos(theta) + f_y * sin(theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    raise NotImplementedError
