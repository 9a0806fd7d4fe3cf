from sympy import *

def nested(value):
    for _ in range(50_000):
        value = Add(value, Integer(1), evaluate=False)
    return value



def df_dr(f_x, f_y, r, theta):
    return nested(f_x)


def df_dtheta(f_x, f_y, r, theta):
    return nested(f_x)
