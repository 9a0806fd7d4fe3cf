from sympy import *


def df_dr(f_x, f_y, r, theta):
    return Integer(7) ** 100_000 * f_x


def df_dtheta(f_x, f_y, r, theta):
    return Integer(7) ** 100_000 * f_x
