"""Exercise 3's mathematics: which outputs a neuron x_1 affects, and through which weight.

Y[i, j] = sum of w[a, b] X[i+a-1, j+b-1] under cross-correlation, so that x_1 = X[r, c] reaches Y[r+dr, c+dc] through
w[1-dr, 1-dc]; under convolution the signs of a and b, and so those of dr and dc, are the other way round. Weights are
numbered w_1..w_9 row by row.
"""

from dataclasses import dataclass
from itertools import product

from grader.api import Tree
from grader.assignment.convolution.convolve import CONVENTIONS, KERNEL
from grader.oracles import trees

Offset = tuple[int, int]

NEURONS = KERNEL * KERNEL
ENOUGH_LABELS = 5  # different right ones, for 3.2 and 3.3 to be judged in the student's own order (the contract's rule)
ROW_BY_ROW: tuple[Offset, ...] = tuple(product((-1, 0, 1), (-1, 0, 1)))

W = trees.symbols("w", NEURONS, "real")
C = trees.symbols("C", NEURONS, "real")
DY = trees.symbols("dy", NEURONS, "real")
X_1 = trees.symbol("x_1", "real")


@dataclass(frozen=True, slots=True)
class Labels:
    """The offset from x_1 of each of y_1..y_9, None where a label is wrong; `note` says whose labels these are."""

    offsets: tuple[Offset | None, ...] = ROW_BY_ROW
    note: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        return (self.note,) if self.note else ()

    @property
    def complete(self) -> bool:
        return set(self.offsets) == set(ROW_BY_ROW)

    @property
    def has_enough_alone(self) -> bool:
        """Whether enough right positions are named once: that is, answered with one entry, and not with a choice."""
        return sum(len(group) == 1 for group in self.groups()) >= ENOUGH_LABELS

    def groups(self) -> list[list[int]]:
        """The indices of the labels at each right position; a position named twice has two."""
        indices: dict[Offset, list[int]] = {}
        for index, offset in enumerate(self.offsets):
            if offset is not None:
                indices.setdefault(offset, []).append(index)
        return list(indices.values())


def weight(offset: Offset, convention: str) -> Tree:
    """The weight through which x_1 reaches the output at `offset`."""
    sign = -1 if convention == CONVENTIONS[0] else 1
    return weight_at(sign * offset[0], sign * offset[1])


def weight_at(down: int, right: int) -> Tree:
    """The weight `down` rows below and `right` columns beside the filter's centre."""
    return W[KERNEL * (1 + down) + 1 + right]
