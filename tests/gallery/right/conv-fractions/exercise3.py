from fractions import Fraction
from math import fsum

SHIFTS = (-1, 0, 1)


def affected_outputs(row, col):
    return [(row + i, col + j) for i in SHIFTS for j in SHIFTS]


def activations(w, x_1, C):
    return [w_j * x_1 + C_i for w_j, C_i in zip(reversed(w), C, strict=True)]


def dv_dx1(w):
    return w[::-1]


def dloss_dx1(w, dy):
    return sum(dy_i * w_j for dy_i, w_j in zip(dy, reversed(w), strict=True))


def exactly(array):
    """Fractions by position, none of them zero."""
    return {
        (i, j): Fraction(entry) for i, row in enumerate(array.tolist()) for j, entry in enumerate(row) if entry
    }


def conv3x3_backward_input(dY, w):
    H, W = dY.shape
    upstream, weights = exactly(dY), exactly(w)
    return [
        [
            sum((upstream.get((i - a, j - b), Fraction(0)) * weights[1 + a, 1 + b] for a in SHIFTS for b in SHIFTS))
            for j in range(W)
        ]
        for i in range(H)
    ]


def conv3x3_backward_weight(dY, X):
    upstream, entries = exactly(dY), exactly(X)
    return tuple(
        tuple(fsum(d * entries.get((i + a, j + b), 0) for (i, j), d in upstream.items()) for b in SHIFTS)
        for a in SHIFTS
    )
