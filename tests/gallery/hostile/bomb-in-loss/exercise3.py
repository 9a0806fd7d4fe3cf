import numpy as np
from sympy import *

def activations(w, x_1, C):
    return [Pow(10, Pow(10, 10**9, evaluate=False), evaluate=False) * x_1 + c for c in C]


def dv_dx1(w):
    return [Derivative(Pow(w[0] + w[1], 10**6, evaluate=False), w[0])] * 9


def dloss_dx1(w, dy):
    return Add(*[Symbol(f"x{i}") for i in range(50_000)], evaluate=False)
