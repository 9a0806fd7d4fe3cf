"""Numerical gradients of a loss <upstream, forward(x)>, for any function of arrays.

Which one to take: `complex_step` where the function is analytic and numpy carries complex numbers through it: exact to
rounding. `central_difference` for any other. `grouped_difference` where the function is local, so that few evaluations
do for an array of any size. For a piecewise linear function a step that keeps clear of every kink makes no truncation
error, however large it is; inputs that are multiples of a power of two with few bits then give the true gradient to the
last bit.

All perturbations of a piece are stacked along a new first axis, and `forward` is called on the stack.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.oracles.numeric.arrays import Floats, Numbers

Forward: TypeAlias = Callable[[Floats], Floats]  # (k, *x.shape) -> (k, *upstream.shape)

PIECE = 1 << 19  # entries of a stack that are moved at once: about 4 MiB, which fits a processor's cache
COMPLEX_STEP = 1e-30  # its square vanishes beside 1 in binary64


def central_difference(forward: Forward, at: Floats, upstream: Floats, step: float) -> Floats:
    """The gradient at `at`, like `at`: each entry is moved by itself, to both sides. Costs 2 at.size evaluations."""
    rows = max(1, PIECE // max(at.size, 1))
    slopes = []
    for first in range(0, at.size, rows):
        places = np.arange(first, min(first + rows, at.size))
        moves = np.zeros((len(places), at.size))
        moves[np.arange(len(places)), places] = step
        moved = moves.reshape(-1, *at.shape)
        rises = (forward(at + moved) - forward(at - moved)) * upstream
        slopes.append(rises.reshape(len(places), -1).sum(axis=1) / (2 * step))
    return np.concatenate(slopes or [np.zeros(0)]).reshape(at.shape)


def grouped_difference(
    forward: Forward,
    groups: NDArray[np.int64],
    upstream: Floats,
    collect: Forward,
    *,
    at: Floats | None = None,
    step: float = 1.0,
) -> Floats:
    """The gradient where outputs see few entries, like `groups`: entries of one group are moved together.

    groups: integers 0, 1, ... of x's shape; no output sees two entries of one group, so that what it changes by is the
    doing of the one that it sees (Curtis, Powell, Reid: On the Estimation of Sparse Jacobian Matrices, 1974).
    collect: what each group did to the loss through each output, (k, *upstream.shape) -> x.shape: at each entry, the
    sum of its own group's share over the outputs that see it.
    at: where the gradient is taken, by central differences; None for a linear `forward`, whose gradient is everywhere
    the same: then it is evaluated at the moves alone.
    """
    moved = groups == np.arange(int(groups.max(initial=-1)) + 1).reshape(-1, *[1] * groups.ndim)
    if at is None:
        return collect(forward(moved.astype(np.float64)) * upstream)
    moves = step * moved
    rises = (forward(at + moves) - forward(at - moves)) / (2 * step)  # divided first: a slope of 1 is exactly 1
    return collect(rises * upstream)


def complex_step(loss: Callable[[NDArray[np.complex128]], complex], at: Floats) -> Floats:
    """The gradient of an analytic `loss`, at `at` and like it.

    Im L(x + ih e_k) / h is dL/dx_k up to terms in h², with no subtraction and so no cancellation (Squire, Trapp: Using
    Complex Variables to Estimate Derivatives of Real Functions, SIAM Review 40, 1998).
    """
    gradient = np.empty(at.shape)
    for place in np.ndindex(*at.shape):
        moved = at.astype(np.complex128)
        moved[place] += 1j * COMPLEX_STEP
        gradient[place] = loss(moved).imag / COMPLEX_STEP
    return gradient


def gradient(
    forward: Callable[..., Numbers], inputs: Mapping[str, Any], name: str, upstream: Floats | float = 1.0
) -> Floats:
    """The gradient of the sum of upstream·forward(**inputs) by the input of that name, like it, by the complex step."""
    return complex_step(lambda moved: (upstream * forward(**{**inputs, name: moved})).sum(), inputs[name])
