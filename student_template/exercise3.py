"""Exercise 3: the backward pass of a convolution (6 points).

A single-channel feature map X, a 3×3 filter w, and the output Y = X * w of the same size: X is padded with a ring of
zeros, and the stride is 1. Rows and columns count from 0. The weights are numbered row by row:

    w = [[w_1, w_2, w_3],
         [w_4, w_5, w_6],
         [w_7, w_8, w_9]]

Parts 3.1 to 3.4 look at one neuron x_1 of X and at the nine neurons y_1, ..., y_9 of Y that it affects. The order in
which you number these nine is up to you, but it has to be the same in all parts. Parts 3.4 and 3.5 end with functions
for whole maps.

You may import numpy and sympy.
"""

import numpy as np
import sympy

# What * means. In deep learning it is "cross-correlation": Y[i, j] is the sum of all w[a, b] · X[i+a-1, j+b-1].
# Write "convolution" instead if you mean the one of signal processing: the sum of all w[a, b] · X[i-a+1, j-b+1].
# Either is fine; you are judged under the one that stands here.
CONVENTION = "cross-correlation"


def affected_outputs(row: int, col: int) -> list[tuple[int, int]]:
    """3.1  The positions (row, col) in Y of y_1, ..., y_9, for x_1 at (row, col), far enough from the border.

    With a filter of 1×1 there would be one neuron only, and the answer `return [(row, col)]`.
    """
    raise NotImplementedError


def activations(w: list[sympy.Symbol], x_1: sympy.Symbol, C: list[sympy.Symbol]) -> list[sympy.Expr]:
    """3.2  y_1, ..., y_9, each written as (a weight) · x_1 + C_i, where C_i is free of x_1.

    w is [w_1, ..., w_9] and C is [C_1, ..., C_9]; in Python w_1 is w[0]. C_i goes with y_i.
    With a filter of 1×1: `return [w[0] * x_1 + C[0]]`.
    """
    raise NotImplementedError


def dv_dx1(w: list[sympy.Symbol]) -> list[sympy.Expr]:
    """3.3  ∂v/∂x_1 for v = [y_1, ..., y_9]ᵀ: nine expressions.

    With a filter of 1×1: `return [w[0]]`.
    """
    raise NotImplementedError


def dloss_dx1(w: list[sympy.Symbol], dy: list[sympy.Symbol]) -> sympy.Expr:
    """3.4  ∂L/∂x_1 for a loss L of which dy = [∂L/∂y_1, ..., ∂L/∂y_9] is known.

    With a filter of 1×1: `return dy[0] * w[0]`.
    """
    raise NotImplementedError


def conv3x3_backward_input(dY: np.ndarray, w: np.ndarray) -> np.ndarray:
    """3.4  The same for all of X at once: dX = ∂L/∂X, of shape (H, W).

    dY is ∂L/∂Y, of shape (H, W), and w is (3, 3), both float64. H and W may differ, and may be as small as 1.
    A quick test of your own: let dY be 1 at one place and 0 elsewhere. Which entries of X has that output looked at?
    """
    raise NotImplementedError


def conv3x3_backward_weight(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
    """3.5  dw = ∂L/∂w, of shape (3, 3).

    dY is ∂L/∂Y and X is the layer's input, both of shape (H, W), float64. One weight takes part in all of Y: what does
    the chain rule say about that?
    """
    raise NotImplementedError
