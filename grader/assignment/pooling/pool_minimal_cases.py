"""Small integer cases for each point, from the smallest up to 5x5: on the first that is wrong a mistake shows best."""

from collections.abc import Iterable

import numpy as np

from grader.assignment.pooling.pool_cases import pooling, tied_pooling
from grader.oracles.numeric import Floats


def _map(*rows: Iterable[float]) -> Floats:
    """(1, 1, H, W)."""
    return np.array([list(row) for row in rows], dtype=float)[None, None]


def _upstream(X: Floats) -> Floats:
    """2, -5, 9, -14: both signs, never ones, no two alike or nearly opposite: an exchange must not look like a sign."""
    shape = (*X.shape[:-2], X.shape[-2] // 2, X.shape[-1] // 2)
    return np.array([2.0, -5.0, 9.0, -14.0][: int(np.prod(shape))]).reshape(shape)


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
        _CORNERS[0],  # an even one: a function may fail on those already
        _map((3,)),
        _map((3, 1)),
        _map((3,), (1,)),
        _map((4, 1, 5), (2, 3, 6)),
        _map((4, 1), (2, 3), (5, 6)),
        _map((4, 1, 7), (2, 3, 8), (5, 6, 9)),
        _map((1, 4, 3, 2), (5, 6, 8, 7), (9, 12, 11, 10)),
        np.pad(_SQUARE, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=17),  # square, and more than one window
    )
)
