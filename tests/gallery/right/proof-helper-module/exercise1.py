from functools import reduce
from operator import add

from polar import SIDES, along, square


def df_dr(f_x, f_y, r, theta):
    return along((f_x, f_y), 0, r, theta)


def df_dtheta(f_x, f_y, r, theta):
    return along((f_x, f_y), 1, r, theta)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    left, right = SIDES(f_r, f_theta, f_x, f_y, r)
    middle = [df_dr(f_x, f_y, r, theta), df_dtheta(f_x, f_y, r, theta) / r]
    return [left, reduce(add, map(square, middle)), reduce(add, (square(m).expand() for m in middle)), right]
