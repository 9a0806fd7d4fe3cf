"""The inputs on which 3.4 and 3.5 are judged, drawn anew for each seed.

All values are multiples of a power of two with few bits: gradients come out exact, whatever the order of summation.
"""

import numpy as np

from grader.assignment.convolution.convolve import KERNEL, input_gradient, weight_gradient
from grader.oracles.numeric import Case, Floats
from grader.oracles.numeric.drawing import signed, well_conditioned

Shape = tuple[int, int]

LEVEL = 2.0**-7
_LEVELS = np.arange(64, 256) * LEVEL  # products and sums of up to 64 of them are exact even in float32
# None of the first ones is the filter's size and a ring more or less: a wrong shape then tells where it is from.
SHAPES: tuple[Shape, ...] = ((6, 6), (4, 6), (7, 3), (2, 2), (1, 5), (4, 1), (2, 6), (1, 1))
INTERIOR_SHAPES: tuple[Shape, ...] = ((6, 6), (4, 4), (5, 5))  # square: what is not is the other part's


def input_case(dY: Floats, w: Floats, convention: str) -> Case:
    """3.4: back-propagation to X."""
    return Case("dX", {"dY": dY, "w": w}, input_gradient(dY, w, convention), _norm(dY, w))


def weight_case(dY: Floats, X: Floats, convention: str) -> Case:
    """3.5: back-propagation to w."""
    return Case("dw", {"dY": dY, "X": X}, weight_gradient(dY, X, convention), _norm(dY, X))


def input_cases(rng: np.random.Generator, convention: str) -> tuple[Case, ...]:
    """3.4: square and not, H or W of 1 and 2."""

    def case(shape: Shape) -> Case:
        return well_conditioned(
            lambda: (signed(rng, shape, _LEVELS), signed(rng, (KERNEL, KERNEL), _LEVELS)),
            lambda dY, w: input_case(dY, w, convention),
        )

    return tuple(case(shape) for shape in SHAPES)


def weight_cases(rng: np.random.Generator, convention: str, interior: bool) -> tuple[Case, ...]:
    """3.5: with an outer ring of zeros, so that padding does not matter (`interior`), or in general."""

    def values(shape: Shape) -> Floats:
        ring = np.pad(np.ones((shape[0] - 2, shape[1] - 2)), 1) if interior else 1.0
        return signed(rng, shape, _LEVELS) * ring

    def case(shape: Shape) -> Case:
        return well_conditioned(lambda: (values(shape), values(shape)), lambda dY, X: weight_case(dY, X, convention))

    return tuple(case(shape) for shape in (INTERIOR_SHAPES if interior else SHAPES))


def _norm(a: Floats, b: Floats) -> float:
    """Of what was summed up: the error of a fast Fourier transform is relative to it."""
    return float(np.linalg.norm(a) * np.linalg.norm(b)) or 1.0
