from sympy import *


def df_dr(f_x, f_y, r, theta):
    return Derivative(Pow(f_x + f_y + r + theta, 1_000_000, evaluate=False), f_x)


def df_dtheta(f_x, f_y, r, theta):
    return Derivative(Pow(f_x + f_y + r + theta, 1_000_000, evaluate=False), f_x)
