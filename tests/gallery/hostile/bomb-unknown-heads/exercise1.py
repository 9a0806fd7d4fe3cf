from sympy import *


def df_dr(f_x, f_y, r, theta):
    return Sum(f_x ** Symbol('n'), (Symbol('n'), 0, oo)) + Integral(exp(r ** theta), r) + Product(f_y, (Symbol('k'), 1, 10**9))


def df_dtheta(f_x, f_y, r, theta):
    return Sum(f_x ** Symbol('n'), (Symbol('n'), 0, oo)) + Integral(exp(r ** theta), r) + Product(f_y, (Symbol('k'), 1, 10**9))
