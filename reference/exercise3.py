"""Exercise 3: Y = X * w, one neuron at a time and then whole maps. Y[i, j] = sum of w[a, b] X[i+a-1, j+b-1]."""

import numpy as np
from sympy import Expr, Symbol

CONVENTION = "cross-correlation"


def affected_outputs(row: int, col: int) -> list[tuple[int, int]]:
    """The 3×3 block around x_1, row by row."""
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def activations(w: list[Symbol], x_1: Symbol, C: list[Symbol]) -> list[Expr]:
    """The output above x_1 sees it below its own centre: as y goes through the block, w is run through backwards."""
    return [w_j * x_1 + C_i for w_j, C_i in zip(reversed(w), C, strict=True)]


def dv_dx1(w: list[Symbol]) -> list[Expr]:
    """[w_9, ..., w_1]."""
    return list(reversed(w))


def dloss_dx1(w: list[Symbol], dy: list[Symbol]) -> Expr:
    """The chain rule, ∂L/∂x_1 = ∂L/∂v · ∂v/∂x_1: a 3×3 patch of ∂L/∂Y times the filter flipped both ways."""
    return sum(dy_i * dy_dx for dy_i, dy_dx in zip(dy, dv_dx1(w), strict=True))


def conv3x3_backward_input(dY: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The same for every x: ∂L/∂Y * w', with w' the filter flipped both ways."""
    H, W = dY.shape
    padded = np.pad(dY, 1)
    flipped = w[::-1, ::-1]
    return sum(flipped[a, b] * padded[a : a + H, b : b + W] for a in range(3) for b in range(3))


def conv3x3_backward_weight(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
    """∂L/∂w[a, b] collects dY[i, j] · X[i+a-1, j+b-1] over all outputs: X * ∂L/∂Y, nothing flipped."""
    H, W = dY.shape
    padded = np.pad(X, 1)
    return np.array([[np.sum(dY * padded[a : a + H, b : b + W]) for b in range(3)] for a in range(3)])
