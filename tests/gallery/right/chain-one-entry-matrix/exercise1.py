from sympy import Matrix, cos, sin


def df_dr(f_x, f_y, r, theta):
    return Matrix([[f_x, f_y]]) * Matrix([cos(theta), sin(theta)])


def df_dtheta(f_x, f_y, r, theta):
    return r * Matrix([[f_x, f_y]]) * Matrix([-sin(theta), cos(theta)])


def proof(f_r, f_theta, f_x, f_y, r, theta):
    a, b = df_dr(f_x, f_y, r, theta), df_dtheta(f_x, f_y, r, theta)
    return [f_r**2 + f_theta**2 / r**2, a**2 + b**2 / r**2, (a**2 + b**2 / r**2).expand(), f_x**2 + f_y**2]
