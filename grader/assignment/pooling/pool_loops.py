"""Models of loops over windows gone wrong: which outputs they visit, which window and which gradient they take.

They index as such loops do, and so raise for the sizes for which those raise.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from grader.assignment.pooling.max_pool import POOL
from grader.oracles.numeric import Case, Floats

Sizes = tuple[int, int]
Index = Callable[[int, int], tuple[int, int]]


def each_output(dY: Sizes, X: Sizes) -> Iterator[tuple[int, int]]:
    yield from np.ndindex(dY)


def every_second(dY: Sizes, X: Sizes) -> Iterator[tuple[int, int]]:
    """The stride put into the loop over dY."""
    yield from product(range(0, dY[0], POOL), range(0, dY[1], POOL))


def of_height(dY: Sizes, X: Sizes) -> Iterator[tuple[int, int]]:
    """H taken for both sides."""
    yield from product(range(X[0] // POOL), repeat=2)


def of_width(dY: Sizes, X: Sizes) -> Iterator[tuple[int, int]]:
    yield from product(range(X[1] // POOL), repeat=2)


def doubled(i: int, j: int) -> tuple[int, int]:
    """The right corner of a window."""
    return POOL * i, POOL * j


def doubled_and_exchanged(i: int, j: int) -> tuple[int, int]:
    return POOL * j, POOL * i


def doubled_row(i: int, j: int) -> tuple[int, int]:
    """The stride forgotten for the columns."""
    return POOL * i, j


def doubled_column(i: int, j: int) -> tuple[int, int]:
    return i, POOL * j


def exchanged(i: int, j: int) -> tuple[int, int]:
    return j, i


def same(i: int, j: int) -> tuple[int, int]:
    return i, j


def at_the_origin(i: int, j: int) -> tuple[int, int]:
    return 0, 0


def one_late(i: int, j: int) -> tuple[int, int]:
    return POOL * i + 1, POOL * j + 1


@dataclass(frozen=True, slots=True)
class Loop:
    """A model: right, but for what is given.

    mask: every entry that equals the maximum gets the gradient, instead of the first one. write: the gradient is added,
    set at the maximum, or the whole window is set. partial: windows may lie partly or wholly outside.
    """

    outputs: Callable[[Sizes, Sizes], Iterator[tuple[int, int]]] = each_output
    corner: Index = doubled
    source: Index = same
    size: int = POOL
    mask: bool = False
    write: Literal["add", "set", "set window"] = "set"
    partial: bool = False

    def __call__(self, case: Case) -> Floats:
        X, dY = case.inputs["X"], case.inputs["dY"]
        dX: Floats = np.zeros_like(X)
        for i, j in self.outputs(dY.shape[2:], X.shape[2:]):
            (top, left), (p, q) = self.corner(i, j), self.source(i, j)
            place = np.s_[:, :, top : top + self.size, left : left + self.size]
            if X[place].size == 0 and not self.partial:
                raise ValueError("the maximum of an empty window")
            if X[place].size:
                self._write(dX[place], self._maxima(X[place]), dY[:, :, p, q][:, :, None, None])
        return dX

    def _maxima(self, window: Floats) -> Floats:
        flat = window.reshape(*window.shape[:2], -1)
        if self.mask:
            maxima = flat == flat.max(axis=-1, keepdims=True)
        else:
            maxima = np.arange(flat.shape[-1]) == flat.argmax(axis=-1)[..., None]
        return np.asarray(maxima.reshape(window.shape), dtype=np.float64)

    def _write(self, target: Floats, maxima: Floats, gradient: Floats) -> None:
        match self.write:
            case "add":
                target += maxima * gradient
            case "set":
                np.copyto(target, np.broadcast_to(gradient, target.shape), where=maxima > 0)
            case "set window":
                target[...] = maxima * gradient


def each_write(**what: object) -> tuple[Loop, ...]:
    """One loop with every way to find and to write."""
    ways = product((False, True), ("add", "set", "set window"))
    return tuple(Loop(**what, mask=mask, write=write) for mask, write in ways)  # type: ignore[arg-type]
