"""Small integer cases, each ladder from the smallest up to 4x4: on its first wrong rung a mistake is easiest to see."""

from collections.abc import Iterable

import numpy as np

from grader.assignment.oracles.arrays import Case
from grader.assignment.oracles.cases import input_case, pooling, tied_pooling, weight_case
from grader.assignment.oracles.gradients import KERNEL, Floats

_W = np.arange(1.0, 10.0).reshape(KERNEL, KERNEL)


def _map(*rows: Iterable[float]) -> Floats:
    """(1, 1, H, W)."""
    return np.array([list(row) for row in rows], dtype=float)[None, None]


def _upstream(X: Floats) -> Floats:
    """2, -3, 4, -5, ...: no two alike, both signs, and never ones."""
    shape = (*X.shape[:-2], X.shape[-2] // 2, X.shape[-1] // 2)
    values = np.arange(2.0, 2.0 + np.prod(shape)).reshape(shape)
    return np.where(values % 2, -values, values)


_CORNERS = (_map((4, 1), (2, 3)), _map((1, 4), (2, 3)), _map((1, 2), (4, 3)), _map((1, 2), (3, 4)))
_SQUARE = _map((1, 5, 2, 6), (7, 3, 4, 8), (16, 9, 11, 10), (12, 13, 15, 14))
_POSITIVE = (*_CORNERS, _map((1, 5, 2, 6), (7, 3, 4, 8)), np.swapaxes(_map((1, 5, 2, 6), (7, 3, 4, 8)), 2, 3), _SQUARE)
_STACKED = (np.concatenate(_CORNERS[1:3], axis=1), np.concatenate(_CORNERS[1:3], axis=0))
_NEGATIVE = (_map((-4, -1), (-2, -3)), _map((-1, -4), (-2, -3)))
_SIGNED = (_map((-5, 1), (2, 3)), _map((3, -1), (-9, 2)))

_FRACTIONS = _map((1.25, 1.5), (1.75, 1.0))

ONE_WINDOW = (*(pooling(X, _upstream(X)) for X in _CORNERS), *(pooling(_CORNERS[0], _map((dY,))) for dY in (-3, 0.5)))
RANDOM_MAPS = (
    *ONE_WINDOW,
    *(pooling(X, _upstream(X)) for X in (_FRACTIONS, *_POSITIVE[4:6], *_SIGNED, *_STACKED, _SQUARE)),
)
EXTREME_MAPS = tuple(
    pooling(X, _upstream(X))
    for X in (*_NEGATIVE, *(scale * _CORNERS[2] for scale in (1e6, -1e6, 1e-6)), 1e6 * _NEGATIVE[0])
) + tuple(
    pooling(X, _upstream(X)) for X in (-_SQUARE, 1e-9 * _map((1000, 1001), (2, 3)), 1e-9 * _map((1001, 1000), (2, 3)))
)
TIED_MAPS = tuple(
    tied_pooling(X, _upstream(X))
    for X in (
        _map((3, 3), (1, 2)),
        _map((3, 1), (3, 2)),
        _map((3, 1), (2, 3)),
        _map((1, 3), (3, 2)),
        _map((3, 3), (3, 1)),
        _map((3, 3), (3, 3)),
        _map((2, 2, 5, 1), (2, 2, 5, 5)),
        _map((2, 2, 5, 1), (2, 2, 5, 5), (1, 7, 4, 4), (7, 7, 4, 4)),
    )
)
ODD_MAPS = tuple(
    pooling(X, _upstream(X))
    for X in (
        _map((3,)),
        _map((3, 1)),
        _map((3,), (1,)),
        _map((4, 1, 5), (2, 3, 6)),
        _map((4, 1), (2, 3), (5, 6)),
        _map((4, 1, 7), (2, 3, 8), (5, 6, 9)),
        _map((1, 4, 3, 2), (5, 6, 8, 7), (9, 12, 11, 10)),
    )
)

_DY = (
    np.array([[2.0]]),
    np.array([[2.0, -1.0]]),
    np.array([[2.0], [-1.0]]),
    np.array([[2.0, -1.0], [3.0, 4.0]]),
    np.array([[0.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]),
    np.array([[2.0, -1.0, 1.0], [3.0, 4.0, -2.0]]),
    np.array([[2.0, -1.0, 1.0], [3.0, 4.0, -2.0], [-3.0, 5.0, 6.0]]),
    np.array([[0.5]]),
    np.array([[2.0, -1.0, 1.0, 3.0], [3.0, 4.0, -2.0, 1.0], [-3.0, 5.0, 6.0, 2.0], [1.0, -4.0, 2.0, 5.0]]),
)


def input_ladder(convention: str) -> tuple[Case, ...]:
    """dX for w = 1..9."""
    return tuple(input_case(dY, _W, convention) for dY in _DY)


def weight_ladder(convention: str, interior: bool) -> tuple[Case, ...]:
    """dw for X = 1, 2, ...; `interior`: with an outer ring of zeros."""
    if interior:
        cores = (_DY[0], _DY[3], np.array([[0.0, 2.0], [0.0, 0.0]]))
        return tuple(weight_case(np.pad(dY, 1), np.pad(_counted(dY.shape), 1), convention) for dY in cores)
    return tuple(weight_case(dY, _counted(dY.shape), convention) for dY in _DY)


def _counted(shape: tuple[int, ...]) -> Floats:
    return np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
