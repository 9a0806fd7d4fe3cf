from sympy import *


def df_dr(f_x, f_y, r, theta):
    return Pow(10, Pow(10, Pow(10, 10, evaluate=False), evaluate=False), evaluate=False) * f_x


def df_dtheta(f_x, f_y, r, theta):
    return Pow(10, Pow(10, Pow(10, 10, evaluate=False), evaluate=False), evaluate=False) * f_x
