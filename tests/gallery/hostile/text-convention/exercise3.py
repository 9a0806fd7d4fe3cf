import numpy as np
from sympy import *

TEXT = "\x1b[2J[/red]<script>\u202e=1+1 " * 1000
CONVENTION = TEXT


def affected_outputs(row, col):
    return [TEXT] * 9


def activations(w, x_1, C):
    return [Symbol(TEXT) * x_1 + c for c in C]


def dv_dx1(w):
    return [Symbol(TEXT[:60])] * 9
