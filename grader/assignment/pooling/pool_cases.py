"""The inputs on which exercise 2 is judged: shapes and values drawn anew for each seed.

Each point has inputs on which only its own mistakes show, so that one mistake costs once: values are positive where
signs are not the question, maps are square where shapes are not. Some values are multiples of a power of two with few
bits, others have all the bits of a double, and close neighbours of the maximum are among both. Expected gradients come
out exact on the former (see `max_pool`), and to some 1e-13 on the latter.
"""

from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np

from grader.assignment.pooling.max_pool import from_windows, pool_gradient, windows
from grader.assignment.pooling.pool_shapes import Shape, even_shapes, odd_shapes, square_shapes, tied_shapes
from grader.assignment.pooling.subgradients import ANY_SUBGRADIENT
from grader.oracles.numeric import Case, Floats, Precision
from grader.oracles.numeric.drawing import signed

# A pool only copies: a float32 result is dY rounded once, and its zeros are zeros. A split is rounded up to four times.
COPIED = Precision(rtol=2.0**-24 + 2.0**-34, atol=0.0)
SPLIT = Precision(rtol=2.0**-22, atol=0.0)
LEVEL = 2.0**-11  # the grid of X
_LEVELS = np.arange(256, 4096, 2)  # values from 1/8 to 2, none twice; even, so that an odd one can stand beside each
_APART = 104  # places in _LEVELS, 0.1 of the values: where closeness is not asked, no tolerance takes two for equal
_BY_HAND = 8.0  # some positive maps are so much larger: values up to 16, as people write them by hand
_CLOSE = 2.0**-12  # of a level, 1e-7 of the values: nearer to the maximum than any tolerance that is in use
_LOW, _HIGH = _LEVELS[:8], _LEVELS[600:608]  # what is below tied maxima: far, or less than a third below
_TIED = _LEVELS[608 + 2 * _APART :][:6]  # twice: the values may be halved
# The sets of places where maxima may sit: all four, then the pairs and triples, then a single one.
_PLACES = np.array(
    [[place in chosen for place in range(4)] for size in (4, 2, 3, 1) for chosen in combinations(range(4), size)]
)
_LARGE, _SMALL = 1e6, 1e-6
_SMALL_GRID = 2.0**-20  # 1e-6 as a power of two: it keeps the grid
_DECIMALS = np.array([[10], [11], [12]])  # that take close neighbours among small values for equal, but for luck
_MARGIN = 0.01  # of a unit of the last decimal


def _merged_levels() -> Floats:
    """Levels that, among small values, every rounding to _DECIMALS, up, down or to the nearest, takes for their close
    neighbours below. They are above all others but their like; the neighbour is within 1e-7 of them."""
    levels = np.arange(2460, 4095, 2) + 0.5
    units = levels * LEVEL * _SMALL_GRID * 10.0**_DECIMALS
    below = units - _CLOSE * LEVEL * _SMALL_GRID * 10.0**_DECIMALS
    same = [np.floor(units + _MARGIN + half) == np.floor(below - _MARGIN + half) for half in (0.0, 0.5)]
    return np.asarray(levels[np.all(same, axis=(0, 1))])


_MERGED = _merged_levels()


def pooling(X: Floats, dY: Floats) -> Case:
    """A case without ties."""
    return _case(X, dY, pool_gradient(dY, X))


def _case(X: Floats, dY: Floats, expected: Floats) -> Case:
    return Case("dX", {"dY": dY, "X": X}, expected, float(np.abs(dY).max(initial=0.0)) or 1.0, COPIED)


def tied_pooling(X: Floats, dY: Floats) -> Case:
    """A case with ties; the subgradient shown is the even split."""
    parts = windows(X)
    maxima = parts == parts.max(axis=-1, keepdims=True)
    weights = maxima / maxima.sum(axis=-1, keepdims=True)
    expected = from_windows(weights * dY[..., None], X.shape)
    return Case("dX", {"dY": dY, "X": X}, expected, float(np.abs(dY).max()), SPLIT, ANY_SUBGRADIENT)


def upstream(rng: np.random.Generator, X_shape: Shape) -> Floats:
    """A random dY for X (N, C, H, W): 1/2 to 2, no entry near zero, with more digits than a float32 keeps."""
    shape = (*X_shape[:-2], X_shape[-2] // 2, X_shape[-1] // 2)
    return np.asarray(rng.uniform(0.5, 2.0, shape) * rng.choice([-1.0, 1.0], shape))


def one_window(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.1: positive windows, in all 24 orders of their values, dY of both signs."""
    orders = rng.permutation(list(permutations(range(4))))
    ranks = np.cumsum(rng.integers(_APART, len(_LEVELS) // 4, orders.shape), axis=1)
    X = np.take_along_axis(_LEVELS[ranks].astype(float), orders, axis=1).reshape(-1, 1, 2, 2)
    X = np.where(rng.random((len(orders), 1, 1, 1)) < 0.5, X, _off_grid(rng, X)) * LEVEL
    X[1::2] *= _BY_HAND
    dY = upstream(rng, X.shape)
    expected = pool_gradient(dY, X)  # of all at once
    return tuple(_case(X[[n]], dY[[n]], expected[[n]]) for n in range(len(orders)))


def batch(cases: Sequence[Case]) -> Case:
    """Cases of one shape as the samples of one case."""
    X, dY = (np.concatenate([case.inputs[name] for case in cases]) for name in ("X", "dY"))
    return _case(X, dY, np.concatenate([case.expected for case in cases]))


def random_maps(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.2: both signs, every window's maximum positive; wide, tall, of one row, of one column of windows, and large."""
    return _pooled(rng, even_shapes(rng), "positive maxima")


def extreme_maps(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.3: negative windows only, and large and small magnitudes; as many samples as channels, rows as columns."""
    cases = []
    for shape, (signs, scale, upstream_scale, on_grid) in zip(
        square_shapes(rng),
        (
            ("negative", 1.0, 1.0, True),
            ("any", _LARGE, _LARGE, False),
            ("any", _SMALL_GRID, _SMALL, True),
            ("negative", _LARGE, _SMALL, False),
            ("negative", 1.0, 1.0, False),
        ),
        strict=True,
    ):
        tops = rng.choice(_MERGED, 2, replace=False).tolist() if scale == _SMALL_GRID else ()
        X = _maps(rng, shape, signs, on_grid, _CLOSE if on_grid else 1.0, tops) * scale
        cases.append(pooling(X, upstream(rng, shape) * upstream_scale))
    return tuple(cases)


def tied_maps(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.4: positive windows with maxima on every set of places, some shared by windows; sizes as in 2.3.

    In the third map, too, all values are below one: with those of the first two alone, integers could be right by luck.
    """
    return tuple(
        tied_pooling(_tied(rng, shape) * scale, upstream(rng, shape))
        for shape, scale in zip(tied_shapes(rng), (1.0, 1.0, rng.uniform(0.5, 1.0), _BY_HAND), strict=True)
    )


def odd_maps(rng: np.random.Generator) -> tuple[Case, ...]:
    """2.5: odd heights and widths, positive values."""
    return _pooled(rng, odd_shapes(rng), "positive")


def _pooled(rng: np.random.Generator, shapes: list[Shape], signs: str) -> tuple[Case, ...]:
    """Half of them on the grid; the last, which is the largest, also has the largest values."""
    on_grid = rng.permutation([index % 2 == 0 for index in range(len(shapes))])
    return tuple(
        pooling(_maps(rng, shape, signs, bool(on), 1.0) * scale, upstream(rng, shape))
        for shape, on, scale in zip(shapes, on_grid, [*[1.0] * (len(shapes) - 1), _BY_HAND], strict=True)
    )


def _maps(
    rng: np.random.Generator, shape: Shape, signs: str, on_grid: bool, close: float, tops: Sequence[float] = ()
) -> Floats:
    """Distinct values. In some windows the second is only `close`, in levels, below the maximum: a comparison with a
    tolerance of its own takes them for equal once they are small. `tops` are the maxima of two of those windows."""
    X = signed(rng, shape, _LEVELS)
    if signs in ("positive", "negative"):
        X = np.abs(X) if signs == "positive" else -np.abs(X)
    parts = windows(X)
    if signs == "positive maxima":
        parts = np.where(parts.max(axis=-1, keepdims=True) < 0, -parts, parts)
    order = np.argsort(parts, axis=-1)
    near = (rng.random(parts.shape[:-1]) < 0.25)[..., None]
    near[..., :1, :1, :] = True
    second = np.where(
        near, parts.max(axis=-1, keepdims=True) - close, np.take_along_axis(parts, order[..., 2:3], axis=-1)
    )
    np.put_along_axis(parts, order[..., 2:3], second, axis=-1)
    if parts.size:
        _close_before_and_after(parts, close, tops)
    height, width = shape[-2] // 2 * 2, shape[-1] // 2 * 2
    X[..., :height, :width] = from_windows(parts, shape)[..., :height, :width]
    return (X if on_grid else _off_grid(rng, X)) * LEVEL


def _close_before_and_after(parts: Floats, close: float, tops: Sequence[float]) -> None:
    """Has the close neighbour come before the maximum in the first window of the first map of `parts` (N, C, rows,
    columns, 4), and after it in that of the last: whoever takes the first, or the last, of what is about as large is
    not right by luck."""
    outer = (parts[-1, -1, 0, 0], False), (parts[0, 0, 0, 0], True)
    for (window, comes_before), top in zip(outer, tops or (None, None), strict=True):
        second, maximum = np.argsort(window)[-2:]
        if top is not None:
            window[[second, maximum]] = top - close, top
        if (second < maximum) != comes_before:
            window[[second, maximum]] = window[[maximum, second]]


def _off_grid(rng: np.random.Generator, X: Floats) -> Floats:
    """X with all the bits of a double, in the same order: levels are at least one apart."""
    return X + rng.uniform(0.0, 0.25, X.shape)


def _tied(rng: np.random.Generator, shape: Shape) -> Floats:
    """Windows whose maxima sit on each set of places in turn, the first windows of all maps before the others; entries
    below the maximum may tie as well. Those below a single one are near it: whoever takes a multiple of one entry for
    the largest is not right by luck."""
    count, windows_of_a_map = int(np.prod(shape)) // 4, int(np.prod(shape[-2:])) // 4
    order = [*rng.permutation(range(11)), *rng.permutation(range(11, 15))]
    places = _PLACES[order][np.arange(count) % len(_PLACES)]
    is_near = (places.sum(axis=1, keepdims=True) == 1) | (rng.random((count, 1)) < 0.5)
    below = np.where(is_near, rng.choice(_HIGH, (count, 4)), rng.choice(_LOW, (count, 4)))
    parts = np.where(places, rng.choice(_TIED, (count, 1)), below).astype(float)
    is_first = np.arange(count) % windows_of_a_map == 0
    where = np.concatenate([rng.permutation(np.flatnonzero(is_first)), rng.permutation(np.flatnonzero(~is_first))])
    parts[where] = parts.copy()
    return from_windows(parts.reshape(*shape[:-2], shape[-2] // 2, shape[-1] // 2, 4), shape) * LEVEL
