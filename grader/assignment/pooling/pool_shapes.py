"""The shapes (N, C, H, W) of the maps on which exercise 2 is judged, drawn anew for each seed.

One shape comes twice, with other values: an answer that keeps something of the first call by its shape is not right.
Where shapes are the question, no two of the four sizes may pass for each other: in one case at least, whatever an
answer does with a size comes out otherwise for the other.
"""

from collections.abc import Callable
from itertools import combinations

import numpy as np

Shape = tuple[int, int, int, int]

# What answers do with a size: count its windows, ask whether one is left over, step through it in threes.
_USES: tuple[Callable[[int], int], ...] = (lambda n: n // 2, lambda n: n % 2, lambda n: n % 3)
_ALWAYS_EQUAL = (2, 3, _USES[1])  # of even heights and widths nothing is left over


def even_shapes(rng: np.random.Generator) -> list[Shape]:
    """Wide, tall, of one row, of one column of windows, and large."""

    def draw() -> list[Shape]:
        samples, channels = rng.permutation([2, 3]).tolist()
        low, high = _even(rng, 4, 6), _even(rng, 8, 12)
        long, short = rng.permutation([_even(rng, 16, 20), _even(rng, 8, 14)]).tolist()
        one_row = (_several(rng), _several(rng), 2, _even(rng, 6, 12))
        return [
            (samples, channels, low, high),
            (channels, samples, high, low),
            one_row,
            one_row,
            (_several(rng), _several(rng), _even(rng, 6, 12), 2),
            (1, 1, long, short),
        ]

    return _distinguishing(draw, (_ALWAYS_EQUAL,))


def odd_shapes(rng: np.random.Generator) -> list[Shape]:
    """Odd heights, odd widths, both, and 1."""

    def draw() -> list[Shape]:
        long, short = rng.permutation([_odd(rng, 9, 19), _odd(rng, 3, 7)]).tolist()
        five, nine = rng.permutation([5, 9]).tolist()  # beside 3: no two of these have the same remainder by 3
        return [
            (_several(rng), _several(rng), 3, _odd(rng, 7, 9)),
            (_several(rng), _several(rng), _odd(rng, 7, 9), 2),
            (2, 3, _even(rng, 4, 6), _odd(rng, 9, 13)),
            (1, 1, 1, 1),
            (3, 2, 1, int(rng.integers(2, 8))),
            (1, 2, int(rng.integers(2, 8)), 1),
            (1, 1, five, nine),
            (1, 1, five, nine),
            (1, 1, long, short),
        ]

    return _distinguishing(draw)


def square_shapes(rng: np.random.Generator) -> list[Shape]:
    """As many samples as channels, no more of them than rows, and rows as columns: they ask nothing about shapes."""
    sizes = rng.permutation([(2, 2), (2, 2), (3, _even(rng, 4, 6)), (2, _even(rng, 6, 8)), (3, _even(rng, 10, 12))])
    return [(count, count, side, side) for count, side in sizes.tolist()]


def tied_shapes(rng: np.random.Generator) -> list[Shape]:
    """Square as well, and one of them large. Those of sixteen maps have a first window for each set of maxima: what
    goes wrong in the first row or column alone shows there."""
    large, small = _even(rng, 8, 12), _even(rng, 4, 6)
    return [(4, 4, 4, 4), (4, 4, 4, 4), (3, 3, small, small), (1, 1, large, large)]


def _distinguishing(
    draw: Callable[[], list[Shape]], excepted: tuple[tuple[int, int, Callable[[int], int]], ...] = ()
) -> list[Shape]:
    """The first draw in which each use of a size tells each two of them apart. Nine of ten are one."""
    uses = [(a, b, use) for a, b in combinations(range(4), 2) for use in _USES if (a, b, use) not in excepted]
    while True:
        shapes = draw()
        if all(any(use(shape[a]) != use(shape[b]) for shape in shapes) for a, b, use in uses):
            return shapes


def _several(rng: np.random.Generator) -> int:
    """Samples or channels, more than the rows of the one row of windows: no index passes for another's."""
    return int(rng.integers(3, 8))


def _even(rng: np.random.Generator, low: int, high: int) -> int:
    return 2 * int(rng.integers(low // 2, high // 2 + 1))


def _odd(rng: np.random.Generator, low: int, high: int) -> int:
    return 1 + 2 * int(rng.integers(low // 2, high // 2 + 1))
