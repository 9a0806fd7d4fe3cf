from sympy import *


def df_dr(f_x, f_y, r, theta):
    return f_x * cos(theta) + sqrt(2 + sqrt(3)) - (sqrt(6) + sqrt(2)) / 2 + Mul(Pow(10, 10**8, evaluate=False), sin(theta) ** 2 + cos(theta) ** 2 - 1, evaluate=False)


def df_dtheta(f_x, f_y, r, theta):
    return f_x * cos(theta) + sqrt(2 + sqrt(3)) - (sqrt(6) + sqrt(2)) / 2 + Mul(Pow(10, 10**8, evaluate=False), sin(theta) ** 2 + cos(theta) ** 2 - 1, evaluate=False)
