"""The inputs on which 3.4 and 3.5 are judged: shapes and values drawn anew for each seed.

Some values are multiples of a power of two with few bits, so that their gradients come out exact, whatever the order of
summation; others have all the bits of a double.
"""

import numpy as np

from grader.assignment.convolution.convolve import KERNEL, input_gradient, weight_gradient
from grader.oracles.numeric import Case, Floats, Precision
from grader.oracles.numeric.drawing import signed, well_conditioned

Shape = tuple[int, int]

# Of a float32 result: sums in any order stay below 1.5e-7 of the norm at these sizes, and an FFT below 2.5e-7.
SUMMED = Precision(rtol=2.0**-22, atol=5e-7)
LEVEL = 2.0**-7
_LEVELS = np.arange(64, 256)  # times LEVEL; products and sums of up to 64 of them are exact even in float32


def input_case(dY: Floats, w: Floats, convention: str) -> Case:
    """3.4: back-propagation to X."""
    return Case("dX", {"dY": dY, "w": w}, input_gradient(dY, w, convention), _norm(dY, w), SUMMED)


def weight_case(dY: Floats, X: Floats, convention: str) -> Case:
    """3.5: back-propagation to w."""
    return Case("dw", {"dY": dY, "X": X}, weight_gradient(dY, X, convention), _norm(dY, X), SUMMED)


def input_cases(rng: np.random.Generator, convention: str) -> tuple[Case, ...]:
    """3.4: square and not, H or W of 1 and 2."""

    def case(shape: Shape, on_grid: bool) -> Case:
        return well_conditioned(
            lambda: (_values(rng, shape, on_grid), _values(rng, (KERNEL, KERNEL), on_grid)),
            lambda dY, w: input_case(dY, w, convention),
        )

    return tuple(case(shape, on_grid) for shape, on_grid in _any_shapes(rng))


def weight_cases(rng: np.random.Generator, convention: str, interior: bool) -> tuple[Case, ...]:
    """3.5: with an outer ring of zeros, so that padding does not matter (`interior`), or in general."""

    def case(shape: Shape, on_grid: bool) -> Case:
        ring = np.pad(np.ones((shape[0] - 2, shape[1] - 2)), 1) if interior else np.ones(shape)
        return well_conditioned(
            lambda: (_values(rng, shape, on_grid) * ring, _values(rng, shape, on_grid) * ring),
            lambda dY, X: weight_case(dY, X, convention),
        )

    shapes = _inner_shapes(rng) if interior else _any_shapes(rng)
    return tuple(case(shape, on_grid) for shape, on_grid in shapes)


def _any_shapes(rng: np.random.Generator) -> list[tuple[Shape, bool]]:
    """Each with whether its values are on the grid. One comes twice, with other values: an answer that keeps something
    of the first call by its shape is not right. None of the first two is the filter's size and a ring more or less:
    a wrong shape then tells where it is from."""
    square = int(rng.choice([6, 7, 8]))
    shapes: list[Shape] = [
        (square, square),
        (int(rng.choice([4, 6])), int(rng.integers(9, 17))),
        (int(rng.integers(9, 21)), 3),
        (2, 2),
        (2, 2),
        (1, int(rng.integers(4, 8))),
        (int(rng.integers(4, 8)), 1),
        (2, int(rng.integers(4, 9))),
        (int(rng.integers(4, 9)), 2),
        (1, 1),
    ]
    return list(zip(shapes, map(bool, rng.permutation(len(shapes)) % 2), strict=True))


def _inner_shapes(rng: np.random.Generator) -> list[tuple[Shape, bool]]:
    """Square: what is not is the other part's. The smallest comes twice."""
    sides = rng.permutation([4, 5, 6, 7, 8])[:3].tolist()
    return [((side, side), index != 1) for index, side in enumerate([*sides, min(sides)])]


def _values(rng: np.random.Generator, shape: Shape, on_grid: bool) -> Floats:
    values = signed(rng, shape, _LEVELS) * LEVEL
    return values if on_grid else values * rng.uniform(1.0, 1.0 + LEVEL / 2, shape)


def _norm(a: Floats, b: Floats) -> float:
    """Of what was summed up: the error of a fast Fourier transform is relative to it."""
    return float(np.linalg.norm(a) * np.linalg.norm(b)) or 1.0
