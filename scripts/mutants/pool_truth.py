"""Which points of exercise 2 a file deserves, by plain loops on many maps."""

from collections.abc import Callable, Iterator
from itertools import permutations
from types import ModuleType
from typing import Any

import numpy as np

from scripts.mutants.asking import Undecided, ask, numbers, share

SEED = 20261127
CLOSE = 4e-4  # between two values that a comparison to three digits takes for equal
NEAR = 3e-7  # relative: float32 numbers that are computed with take such values for equal
RIGHT, WRONG = 1e-8, 1e-6  # relative to the entry; between the two nothing is decided
Shape = tuple[int, int, int, int]


def shares(module: ModuleType) -> dict[str, float | None]:
    """2.1 to 2.5."""

    def function(*args: Any) -> Any:
        return module.maxpool2x2_backward(*args)

    points = {"2.1": one_window, "2.2": even, "2.3": extreme, "2.4": tied, "2.5": odd}
    return {
        point: share(lambda draw=draw: (subgradient(function, X) for X in draw(np.random.default_rng(SEED))))  # type: ignore[misc]
        for point, draw in points.items()
    }


def subgradient(function: Callable[..., Any], X: np.ndarray) -> bool:
    """Whether the result is a subgradient of <dY, maxpool(X)>, window by window, and zero elsewhere."""
    N, C, H, W = X.shape
    rng = np.random.default_rng([SEED, *X.ravel().view(np.uint64).tolist()])  # another dY for each X
    dY = rng.uniform(0.5, 2, (N, C, H // 2, W // 2)) * rng.choice([-1.0, 1.0], (N, C, H // 2, W // 2))
    dY *= 1e6 if abs(X).max() > 1e4 else 1e-6 if abs(X).max() < 1e-4 else 1
    dX = numbers(ask(function, dY, X))
    if dX.shape != X.shape:
        return False
    single = dX.dtype.itemsize < 8 or bool((dX.astype(np.float32) == dX).all() and dX.any())
    left = np.array(dX, dtype=float)
    for n, c, i, j in np.ndindex(dY.shape):
        place = (n, c, slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2))
        window, got, whole = X[place], left[place].copy(), float(dY[n, c, i, j])
        left[place] = 0
        weights = got / whole
        if weights[(window < window.max()) & (window > window.max() - NEAR * abs(window.max()))].any():
            raise Undecided
        off = abs(weights[window < window.max()]).max(initial=0.0)
        decide(off, 0.0 if single else 1e-10, 0.0 if single else 1e-7)
        decide(max(0.0, -weights.min()), 0.0 if single else 1e-10, 0.0 if single else 1e-7)
        error = abs(weights.sum() - 1)
        rounding = 2.0**-24 if np.count_nonzero(window == window.max()) == 1 else 2.0**-22
        decide(error, 1.0001 * rounding if single else RIGHT, 2 * rounding if single else WRONG)
    decide(abs(left).max(initial=0.0), 0.0, 1e-7)
    return True


class Wrong(Exception):  # noqa: N818 - a finding, not an error
    """The answer is wrong beyond doubt."""


def decide(error: float, right: float, wrong: float) -> None:
    """Raises Wrong for a larger error than `wrong`, Undecided for one between the two."""
    if not error <= wrong:
        raise Wrong
    if error > right:
        raise Undecided


def distinct(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Values of random sign, between 1/8 and 4 in magnitude: spread over that, or close to each other."""
    count = int(np.prod(shape))
    first, step = (0.125, 3.8 / count) if rng.random() < 0.5 else (1.5, CLOSE)
    values = first + rng.permutation(count) * step + rng.uniform(0, step / 2, count)
    signed: np.ndarray = values * rng.choice([-1.0, 1.0], count)
    return signed.reshape(shape)


def one_window(rng: np.random.Generator) -> Iterator[np.ndarray]:
    """2.1: every order of the values, at several distances."""
    for order in permutations(range(4)):
        for _ in range(3):
            yield np.sort(rng.uniform(0.1, 3, 4))[list(order)].reshape(1, 1, 2, 2) + 1e-3 * np.array(order).reshape(
                1, 1, 2, 2
            )


def even(rng: np.random.Generator) -> Iterator[np.ndarray]:
    """2.2: the maximum of each window positive."""
    shapes = [(n, c, 2 * h, 2 * w) for n, c, h, w in rng.integers(1, [4, 4, 8, 8], (40, 4)).tolist()]
    for shape in [
        *shapes,
        (2, 3, 4, 8),
        (3, 2, 8, 4),
        (2, 3, 2, 6),  # more channels, or samples, than rows
        (3, 2, 6, 2),
        (1, 1, 2, 14),
        (1, 1, 14, 2),
        (1, 1, 20, 10),
        (1, 1, 10, 20),
        (2, 2, 6, 6),
    ]:
        yield positive(distinct(rng, shape))


def positive(X: np.ndarray) -> np.ndarray:
    """X with windows of negative values turned positive."""
    for n, c, i, j in np.ndindex(X.shape[0], X.shape[1], X.shape[2] // 2, X.shape[3] // 2):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        if window.max() < 0:
            window *= -1
    return X


def of_no_shape(n: int, half: int) -> Shape:
    """Sizes that ask nothing about shapes, as the contract wants them for 2.3 and 2.4: square, N = C, no more of them
    than rows."""
    return min(n, 2 * half), min(n, 2 * half), 2 * half, 2 * half


def extreme(rng: np.random.Generator) -> Iterator[np.ndarray]:
    """2.3: square maps of negative values, and of large and small ones, some of which are close; no axis of length 1,
    which a squeeze would take away."""
    for n, half in rng.integers([2, 1], [4, 6], (20, 2)).tolist():
        shape = of_no_shape(n, half)
        yield -abs(distinct(rng, shape))
        for scale in (1e6, 1e-6):
            yield distinct(rng, shape) * scale
            yield -abs(distinct(rng, shape)) * scale
            close = abs(distinct(rng, shape))
            close[..., ::2, ::2] = close[..., 1::2, ::2] * (1 + 1e-6 * rng.choice([-1, 1], close[..., ::2, ::2].shape))
            yield close * scale
            neighbours = (close * scale).astype(np.float32)
            beside = neighbours[..., 1::2, ::2]
            neighbours[..., ::2, ::2] = np.nextafter(beside, rng.choice([0, np.inf], beside.shape).astype(np.float32))
            yield neighbours.astype(float)


def tied(rng: np.random.Generator) -> Iterator[np.ndarray]:
    """2.4: square maps of few positive values."""
    for n, half, values in rng.integers([1, 1, 2], [4, 6, 5], (60, 3)).tolist():
        steps = rng.integers(1, 1 + values, of_no_shape(n, half))
        yield steps * rng.uniform(0.5, 2)
        yield 1 + CLOSE * steps


def odd(rng: np.random.Generator) -> Iterator[np.ndarray]:
    """2.5: H or W odd, positive values."""
    for n, c, h, w, which in rng.integers([1, 1, 0, 0, 0], [4, 4, 5, 5, 3], (40, 5)).tolist():
        H, W = (
            (2 * h + 1, 2 * w + 2) if which == 0 else (2 * h + 2, 2 * w + 1) if which == 1 else (2 * h + 1, 2 * w + 1)
        )
        yield abs(distinct(rng, (n, c, H, W)))
    for shape in (
        (1, 1, 1, 1),
        (2, 3, 1, 5),
        (3, 2, 5, 1),
        (1, 1, 1, 6),
        (1, 1, 6, 1),
        (1, 1, 19, 5),
        (1, 1, 5, 19),
        (1, 1, 4, 19),
    ):
        yield abs(distinct(rng, shape))
