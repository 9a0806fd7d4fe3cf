"""The inputs on which exercise 2 is judged, drawn anew for each seed.

All values are multiples of a power of two with few bits: gradients come out exact (see `max_pool`), whatever the order
of summation. Each point has inputs on which only its own mistakes show: one mistake costs once.
"""

from itertools import combinations

import numpy as np

from grader.assignment.pooling.max_pool import from_windows, pool_gradient, windows
from grader.assignment.pooling.subgradients import ANY_SUBGRADIENT
from grader.oracles.numeric import Case, Floats, Precision
from grader.oracles.numeric.drawing import signed

Shape = tuple[int, ...]

# A pool only copies: a float32 result is dY rounded once, and its zeros are zeros. A split is rounded up to four times.
COPIED = Precision(rtol=2.0**-24, atol=0.0)
SPLIT = Precision(rtol=2.0**-22, atol=0.0)
LEVEL = 2.0**-9  # the grid of X for the pool. Drawn are even multiples, so that an odd one can stand beside each
_LEVELS = np.arange(64, 1024, 2)  # values from 1/8 to 2, none twice
UPSTREAM_LEVEL = 2.0**-13
# 1/2 to 2: no entry near zero, so that relative errors can be told. Odd: each needs more than float16's 11 bits
_UPSTREAM_LEVELS = np.arange(2**12 + 1, 2**14, 2)
LARGE, SMALL = 2.0**20, 2.0**-20  # 1e6 and 1e-6, as powers of two

POOL_SHAPES: tuple[Shape, ...] = ((2, 3, 4, 6), (1, 2, 6, 4), (3, 1, 2, 8))  # even, not square, batch and channels
EXTREME_SHAPE: Shape = (2, 2, 4, 6)
TIED_SHAPES: tuple[Shape, ...] = ((1, 1, 4, 4), (2, 2, 4, 6))
ODD_SHAPES: tuple[Shape, ...] = ((2, 2, 3, 5), (1, 2, 5, 4), (2, 1, 4, 3), (1, 1, 1, 1), (1, 2, 1, 4), (2, 1, 5, 1))


def pooling(X: Floats, dY: Floats) -> Case:
    """A case without ties."""
    norm = float(np.abs(dY).max(initial=0.0)) or 1.0
    return Case("dX", {"dY": dY, "X": X}, pool_gradient(dY, X), norm, COPIED)


def tied_pooling(X: Floats, dY: Floats) -> Case:
    """A case with ties; the subgradient shown is the even split."""
    parts = windows(X)
    maxima = parts == parts.max(axis=-1, keepdims=True)
    weights = maxima / maxima.sum(axis=-1, keepdims=True)
    expected = from_windows(weights * dY[..., None], X.shape)
    return Case("dX", {"dY": dY, "X": X}, expected, float(np.abs(dY).max()), SPLIT, ANY_SUBGRADIENT)


def upstream(rng: np.random.Generator, X_shape: Shape) -> Floats:
    """A random dY for X (N, C, H, W)."""
    shape = (*X_shape[:-2], X_shape[-2] // 2, X_shape[-1] // 2)
    return signed(rng, shape, _UPSTREAM_LEVELS) * UPSTREAM_LEVEL


def one_window(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.1: positive windows, the maximum at each of the four places, dY of both signs."""
    cases = []
    for place, sign in enumerate(rng.permutation([1.0, 1.0, -1.0, -1.0])):
        values = np.sort(rng.choice(_LEVELS, 4, replace=False)) * LEVEL
        X = np.insert(values[:3], place, values[3]).reshape(1, 1, 2, 2)
        cases.append(pooling(X, sign * np.abs(upstream(rng, X.shape))))
    return tuple(cases)


def random_maps(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.2: both signs, every window's maximum positive."""
    return tuple(pooling(_maps(rng, shape, "positive maxima"), upstream(rng, shape)) for shape in POOL_SHAPES)


def extreme_maps(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.3: negative windows only, and large and small magnitudes."""
    scales = (("negative", 1.0, 1.0), ("any", LARGE, LARGE), ("any", SMALL, SMALL), ("negative", LARGE, SMALL))
    return tuple(
        pooling(_maps(rng, EXTREME_SHAPE, signs) * scale, upstream(rng, EXTREME_SHAPE) * upstream_scale)
        for signs, scale, upstream_scale in scales
    )


def tied_maps(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.4: positive windows with maxima on every set of places."""
    return tuple(tied_pooling(_tied(rng, shape), upstream(rng, shape)) for shape in TIED_SHAPES)


def odd_maps(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.5: odd heights and widths, positive values."""
    return tuple(pooling(_maps(rng, shape, "positive"), upstream(rng, shape)) for shape in ODD_SHAPES)


def _maps(rng: np.random.Generator, shape: Shape, signs: str) -> Floats:
    """Distinct values. In some windows the second is only one level below the maximum: a comparison with a tolerance of
    its own takes them for equal once they are small."""
    X = signed(rng, shape, _LEVELS)
    if signs in ("positive", "negative"):
        X = np.abs(X) if signs == "positive" else -np.abs(X)
    parts = windows(X)
    if signs == "positive maxima":
        parts = np.where(parts.max(axis=-1, keepdims=True) < 0, -parts, parts)
    order = np.argsort(parts, axis=-1)
    near = (rng.random(parts.shape[:-1]) < 0.25)[..., None]
    near[..., :1, :1, :] = True
    second = np.where(near, parts.max(axis=-1, keepdims=True) - 1, np.take_along_axis(parts, order[..., 2:3], axis=-1))
    np.put_along_axis(parts, order[..., 2:3], second, axis=-1)
    height, width = shape[-2] // 2 * 2, shape[-1] // 2 * 2
    X[..., :height, :width] = from_windows(parts, shape)[..., :height, :width]
    return X * LEVEL


def _tied(rng: np.random.Generator, shape: Shape) -> Floats:
    """Windows whose maxima sit on each set of places in turn, in random order; the other entries may tie as well."""
    places = [chosen for size in (4, 2, 3, 1) for chosen in combinations(range(4), size)]
    count = int(np.prod(shape)) // 4
    parts = rng.choice(_LEVELS[:8], (count, 4)).astype(float)
    ties = sum(len(chosen) > 1 for chosen in places)
    order = [
        0,
        *(1 + rng.permutation(ties - 1)),
        *(ties + rng.permutation(len(places) - ties)),
    ]  # all four in every map
    for window in range(count):
        parts[window, list(places[order[window % len(places)]])] = rng.choice(_LEVELS[8:])
    return from_windows(rng.permutation(parts).reshape(*shape[:-2], shape[-2] // 2, shape[-1] // 2, 4), shape) * LEVEL
