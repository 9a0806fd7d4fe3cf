"""What each point of exercise 2 asks of `maxpool2x2_backward`."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.assignment.pooling import pool_cases, pool_minimal_cases
from grader.assignment.pooling.pool_misconceptions import POOL_MISCONCEPTIONS
from grader.oracles.numeric import Inputs, Question, Shortcut, boxes


def _smaller(is_asked: Callable[[int, int, int, int], bool]) -> Callable[[Inputs], Iterator[Inputs]]:
    """Corners of X and dY, of those shapes (N, C, H, W) that a point asks about."""

    def smaller(inputs: Inputs) -> Iterator[Inputs]:
        dY, X = inputs["dY"], inputs["X"]
        for N, C, H, W in boxes(X.shape):
            if is_asked(N, C, H, W):
                yield {"dY": dY[:N, :C, : H // 2, : W // 2].copy(), "X": X[:N, :C, :H, :W].copy()}

    return smaller


_EVEN = _smaller(lambda N, C, H, W: H % 2 == W % 2 == 0)
_SQUARE = _smaller(lambda N, C, H, W: H % 2 == 0 and N == C and H == W)
_ANY = _smaller(lambda N, C, H, W: True)


_ALONE = 4  # windows: what is right for a batch, and for these, has nothing left to be wrong about one of its samples


def one_window(rng: np.random.Generator) -> Question:
    """All windows are asked one by one, or (where that is answered right) most of them as a batch."""
    cases = pool_cases.one_window(rng)
    shortcut = Shortcut(_ALONE, pool_cases.batch(cases[_ALONE:])) if len(cases) > _ALONE + 1 else None
    return Question(cases, pool_minimal_cases.ONE_WINDOW, POOL_MISCONCEPTIONS, shortcut=shortcut)


def random_maps(rng: np.random.Generator) -> Question:
    return Question(pool_cases.random_maps(rng), pool_minimal_cases.RANDOM_MAPS, POOL_MISCONCEPTIONS, _EVEN)


def extreme_maps(rng: np.random.Generator) -> Question:
    return Question(pool_cases.extreme_maps(rng), pool_minimal_cases.EXTREME_MAPS, POOL_MISCONCEPTIONS, _SQUARE)


def tied_maps(rng: np.random.Generator) -> Question:
    return Question(pool_cases.tied_maps(rng), pool_minimal_cases.TIED_MAPS, POOL_MISCONCEPTIONS, _SQUARE)


def odd_maps(rng: np.random.Generator) -> Question:
    return Question(pool_cases.odd_maps(rng), pool_minimal_cases.ODD_MAPS, POOL_MISCONCEPTIONS, _ANY)
