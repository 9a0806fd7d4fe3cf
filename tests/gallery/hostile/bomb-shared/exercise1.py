from sympy import *

def shared(value):
    for _ in range(100):
        value = Add(value, sin(value), evaluate=False)
    return value



def df_dr(f_x, f_y, r, theta):
    return shared(f_x)


def df_dtheta(f_x, f_y, r, theta):
    return shared(f_x)
