import numpy as np
from sympy import *

def affected_outputs(row, col):
    return [(row, "col"), (1e308, float("nan")), ((row, col), (row, col)), None, 10**200, (), {"row": row}, [[[]]], (row, col, 1)]


def activations(w, x_1, C):
    return [affected_outputs(0, 0), "x_1", None, float("nan"), x_1, 10**200, w, {}, lambda: 0]


def dv_dx1(w):
    return [S.NaN, S.ComplexInfinity, S.Infinity, I, zoo, -oo, true, Symbol("x"), None]


def dloss_dx1(w, dy):
    return Matrix([[1, 2], [3, 4]])
