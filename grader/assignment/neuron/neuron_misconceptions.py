"""The misconceptions about exercise 3's labels, coefficients and chain rule, each as what it would give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.api import Tree
from grader.assignment.convolution.convolve import CONVENTIONS
from grader.assignment.neuron.weights import (
    DY,
    NEURONS,
    ROW_BY_ROW,
    X_1,
    C,
    Labels,
    Offset,
    W,
    weight,
    weight_at,
)
from grader.oracles import trees

Positions = Callable[[int, int], set[Offset]]


@dataclass(frozen=True, slots=True)
class LabelMisconception:
    """Positions that a misconception gives for x_1 at (row, col)."""

    id: str
    sentence: str
    positions: Positions


@dataclass(frozen=True, slots=True)
class WeightMisconception:
    """The expressions that a misconception gives: nine, or one for `dloss_dx1`."""

    id: str
    sentence: str
    expressions: Sequence[Tree]


def _block(rows: range, columns: range) -> Positions:
    return lambda row, col: {(row + down, col + right) for down in rows for right in columns}


LABEL_MISCONCEPTIONS = (
    LabelMisconception(
        "valid-instead-of-same-padding",
        "The block of nine lies above and to the left of x_1, as it would without padding. With padding, Y is as large "
        "as X: output (i, j) looks at X around (i, j).",
        _block(range(-2, 1), range(-2, 1)),
    ),
    LabelMisconception(
        "counted-from-one",
        "The block of nine lies below and to the right of x_1. Positions count from 0, and output (i, j) looks at X "
        "around (i, j).",
        _block(range(3), range(3)),
    ),
    LabelMisconception(
        "rows-and-columns-swapped",
        "Rows and columns are exchanged: a position is (row, col), in this order.",
        lambda row, col: {(col + down, row + right) for down, right in ROW_BY_ROW},
    ),
    LabelMisconception(
        "offsets-instead-of-positions",
        "These are offsets from x_1; asked for are positions in Y, and they move with row and col.",
        lambda row, col: set(ROW_BY_ROW),
    ),
)

_FLIPPED = "The weights are in the filter's order. Which one leads from x_1 to the output above on its left?"
_MIXED_UP = "These are the weights under the other convention of *; CONVENTION says which one you are judged under."
_ONE_AXIS = "The filter is reversed along one axis only. Write out one output in each corner of the block."
_TRANSPOSED = "Rows and columns of the filter are exchanged. w_1 to w_9 run row by row."
_ORDER = "The weights would be right row by row, but your own labels of 3.1 are in another order."
_SIGN = "A sign is wrong. The output is a plain sum of products."
_SAME = "Every output has the same weight here. x_1 meets each of the nine outputs through a weight of its own."


def _weights(labels: Labels, pick: Callable[[Offset], Tree]) -> list[Tree]:
    return [pick(offset or (0, 0)) for offset in labels.offsets]


def _lists(labels: Labels, convention: str) -> list[tuple[str, str, list[Tree]]]:
    """Nine wrong weights for each way to mix them up."""
    other = CONVENTIONS[1 - CONVENTIONS.index(convention)]
    flips = convention == CONVENTIONS[0]
    return [
        (
            "weights-not-flipped" if flips else "convention-mixed-up",
            _FLIPPED if flips else _MIXED_UP,
            _weights(labels, lambda offset: weight(offset, other)),
        ),
        ("order-of-labels-ignored", _ORDER, [weight(offset, convention) for offset in ROW_BY_ROW]),
        ("weights-flipped-on-one-axis", _ONE_AXIS, _weights(labels, lambda offset: weight_at(-offset[0], offset[1]))),
        ("weights-flipped-on-one-axis", _ONE_AXIS, _weights(labels, lambda offset: weight_at(offset[0], -offset[1]))),
        ("weights-transposed", _TRANSPOSED, _weights(labels, lambda offset: weight_at(offset[1], offset[0]))),
        ("weights-transposed", _TRANSPOSED, _weights(labels, lambda offset: weight_at(-offset[1], -offset[0]))),
        *(("same-weight-everywhere", _SAME, [w] * NEURONS) for w in W),
    ]


def activation_misconceptions(labels: Labels, convention: str) -> list[WeightMisconception]:
    """About 3.2."""
    right = _weights(labels, lambda offset: weight(offset, convention))
    found = [
        WeightMisconception(name, sentence, [_linear(w, C[index]) for index, w in enumerate(wrong)])
        for name, sentence, wrong in _lists(labels, convention)
    ]
    return [
        *found,
        WeightMisconception(
            "constant-missing",
            "C_i is missing: an output depends on more than x_1, and C_i stands for all the rest.",
            [trees.mul(w, X_1) for w in right],
        ),
        WeightMisconception("constants-in-other-order", _C_ORDER, [_linear(w, C[-1 - i]) for i, w in enumerate(right)]),
        WeightMisconception("constants-in-other-order", _C_ORDER, [_linear(w, C[0]) for w in right]),
        WeightMisconception("input-missing", "x_1 is missing.", [trees.add(w, C[i]) for i, w in enumerate(right)]),
        WeightMisconception("wrong-sign", _SIGN, [_linear(_minus(w), C[i]) for i, w in enumerate(right)]),
        WeightMisconception("wrong-sign", _SIGN, [_linear(w, _minus(C[i])) for i, w in enumerate(right)]),
    ]


_C_ORDER = "Each y_i has a constant of its own, C_i, with the same number."


def derivative_misconceptions(labels: Labels, convention: str) -> list[WeightMisconception]:
    """About 3.3."""
    right = _weights(labels, lambda offset: weight(offset, convention))
    found = [WeightMisconception(*item) for item in _lists(labels, convention)]
    return [
        *found,
        WeightMisconception("wrong-sign", _SIGN, [_minus(w) for w in right]),
        WeightMisconception("all-ones", "∂v/∂x_1 is not 1: each y_i grows with x_1 as its coefficient says.", _ONES),
        WeightMisconception("all-zeros", "∂v/∂x_1 is not 0: each y_i depends on x_1.", [trees.integer(0)] * NEURONS),
        WeightMisconception(
            "value-instead-of-derivative",
            "x_1 is still in there: y_i is linear in x_1, so that its derivative is free of it.",
            [trees.mul(w, X_1) for w in right],
        ),
    ]


_ONES = [trees.integer(1)] * NEURONS


def loss_misconceptions(labels: Labels, convention: str) -> list[WeightMisconception]:
    """About `dloss_dx1`."""
    right = _weights(labels, lambda offset: weight(offset, convention))
    lists = [(name, sentence, [dot(DY, wrong)]) for name, sentence, wrong in _lists(labels, convention)]
    return [WeightMisconception(*item) for item in lists] + [
        WeightMisconception("wrong-sign", _SIGN, [_minus(dot(DY, right))]),
        WeightMisconception(
            "upstream-gradient-ignored", "∂L/∂y_i is missing: the chain rule multiplies by it.", [trees.add(*W)]
        ),
        WeightMisconception(
            "weights-ignored", "The weights are missing: the chain rule multiplies by ∂y_i/∂x_1.", [trees.add(*DY)]
        ),
        WeightMisconception(
            "product-of-sums",
            "This is the sum of all ∂L/∂y_i times the sum of all weights. Each path from x_1 to L has its own product.",
            [trees.mul(trees.add(*DY), trees.add(*W))],
        ),
        WeightMisconception(
            "mean-for-sum",
            "The sum is divided by nine. The contributions of the nine paths add up.",
            [trees.mul(Tree("Rational", (1, NEURONS)), dot(DY, right))],
        ),
    ]


def dot(left: Sequence[Tree], right: Sequence[Tree]) -> Tree:
    """The sum of the products, pair by pair."""
    return trees.add(*(trees.mul(a, b) for a, b in zip(left, right, strict=True)))


def _linear(coefficient: Tree, rest: Tree) -> Tree:
    return trees.add(trees.mul(coefficient, X_1), rest)


def _minus(expression: Tree) -> Tree:
    return trees.mul(trees.integer(-1), expression)
