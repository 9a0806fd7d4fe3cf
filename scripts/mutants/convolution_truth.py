"""Which points of exercise 3's numerical part a file deserves, by plain loops on many maps."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from scripts.mutants.asking import Undecided, ask, numbers, share

SEED = 20261127
Shape = tuple[int, int]


def shares(module: ModuleType) -> dict[str, float | None]:
    """3.4's numerical half and both parts of 3.5."""
    declared = getattr(module, "CONVENTION", None)
    sign = -1 if declared == "convolution" else 1  # an unknown one is the default, cross-correlation
    return {
        "3.4/numerical": share(lambda: input_answers(module, sign)),
        "3.5/interior": share(lambda: weight_answers(module, sign, inner=True)),
        "3.5/padding": share(lambda: weight_answers(module, sign, inner=False)),
    }


def terms(shape: Shape, sign: int) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Output (i, j), weight (a, b) and input (p, q) that meet: Y[i, j] += w[a, b] X[p, q]."""
    for i, j in np.ndindex(shape):
        for a, b in np.ndindex(3, 3):
            p, q = i + sign * (a - 1), j + sign * (b - 1)
            if 0 <= p < shape[0] and 0 <= q < shape[1]:
                yield i, j, a, b, p, q


def input_answers(module: ModuleType, sign: int) -> Iterator[bool]:
    rng = np.random.default_rng(SEED)
    for shape in any_shapes(rng):
        dY, w = rng.normal(size=shape), rng.normal(size=(3, 3))
        dX, size = np.zeros(shape), np.zeros(shape)
        for i, j, a, b, p, q in terms(shape, sign):
            dX[p, q] += dY[i, j] * w[a, b]
            size[p, q] += abs(dY[i, j] * w[a, b])
        yield agrees(lambda dY, w: module.conv3x3_backward_input(dY, w), (dY, w), dX, size)


def weight_answers(module: ModuleType, sign: int, inner: bool) -> Iterator[bool]:
    rng = np.random.default_rng(SEED)
    for shape in [(n, n) for n in (3, 4, 4, 5, 5, 6, 7, 8, 9, 12)] if inner else any_shapes(rng):
        dY, X = rng.normal(size=shape), rng.normal(size=shape)
        if inner:
            for array in (dY, X):
                array[[0, -1]] = 0
                array[:, [0, -1]] = 0
        dw, size = np.zeros((3, 3)), np.zeros((3, 3))
        for i, j, a, b, p, q in terms(shape, sign):
            dw[a, b] += dY[i, j] * X[p, q]
            size[a, b] += abs(dY[i, j] * X[p, q])
        yield agrees(lambda dY, X: module.conv3x3_backward_weight(dY, X), (dY, X), dw, size)


def any_shapes(rng: np.random.Generator) -> list[Shape]:
    small = [(H, W) for H in range(1, 8) for W in range(1, 8)]
    return [*small, *((int(H), int(W)) for H, W in rng.integers(1, 14, (8, 2))), (20, 3), (3, 20)]


def agrees(function: Callable[..., Any], args: tuple[Any, ...], expected: np.ndarray, size: np.ndarray) -> bool:
    """Whether the answer is right to rounding; `size` is the sum of what was added up, without signs."""
    got = numbers(ask(function, *args))
    if got.shape != expected.shape:
        return False
    single = got.dtype.itemsize < 8 or bool((got.astype(np.float32) == got).all() and got.any())
    error = abs(got.astype(float) - expected).max(initial=0.0) / max(1e-300, size.max(initial=0.0))
    if error > (3e-4 if single else 1e-5):
        return False
    if error > (3e-6 if single else 1e-10):
        raise Undecided
    return True
