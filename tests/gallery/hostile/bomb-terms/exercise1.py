from sympy import *


def df_dr(f_x, f_y, r, theta):
    return Add(*[Symbol(f'x{i}') for i in range(100_000)], evaluate=False)


def df_dtheta(f_x, f_y, r, theta):
    return Add(*[Symbol(f'x{i}') for i in range(100_000)], evaluate=False)
