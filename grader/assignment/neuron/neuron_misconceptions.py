"""The misconceptions about exercise 3's labels, coefficients and chain rule, each as what it would give."""

from collections.abc import Callable, Sequence

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
from grader.oracles.misconceptions import Misconception

Positions = Callable[[int, int], set[Offset]]


Expressions = Sequence[Tree]  # nine, or one for `dloss_dx1`


def _block(rows: range, columns: range) -> Positions:
    return lambda row, col: {(row + down, col + right) for down in rows for right in columns}


# What each gives for x_1 at (row, col).
LABEL_MISCONCEPTIONS: tuple[Misconception[Positions], ...] = (
    Misconception(
        "valid-instead-of-same-padding",
        "The block of nine lies above and to the left of x_1, as it would without padding. With padding, Y is as large "
        "as X: output (i, j) looks at X around (i, j).",
        (_block(range(-2, 1), range(-2, 1)),),
    ),
    Misconception(
        "counted-from-one",
        "The block of nine lies below and to the right of x_1. Positions count from 0, and output (i, j) looks at X "
        "around (i, j).",
        (_block(range(3), range(3)),),
    ),
    Misconception(
        "rows-and-columns-swapped",
        "Rows and columns are exchanged: a position is (row, col), in this order.",
        (lambda row, col: {(col + down, row + right) for down, right in ROW_BY_ROW},),
    ),
    Misconception(
        "offsets-instead-of-positions",
        "These are offsets from x_1. The exercise asks for positions in Y, which move with row and col.",
        (lambda row, col: set(ROW_BY_ROW),),
    ),
)

_FLIPPED = (
    "The weights run in the filter's order. Through which weight does x_1 reach the output above and to its left?"
)
_MIXED_UP = 'Your file says CONVENTION = "convolution", but this answer fits "cross-correlation". Make them agree.'
_ONE_AXIS = "The filter is reversed along one axis only. Write out one output in each corner of the block."
_TRANSPOSED = "Rows and columns of the filter are exchanged. w_1 to w_9 run row by row."
_ORDER = "The weights would be right row by row, but your own labels of 3.1 are in another order."
_SIGN = "A sign is wrong. The output is a plain sum of products."
_SAME = "Every output has the same weight here. x_1 meets each of the nine outputs through a weight of its own."


def _weights(labels: Labels, pick: Callable[[Offset], Tree]) -> list[Tree]:
    return [pick(offset or (0, 0)) for offset in labels.offsets]


def _wrong_weights(labels: Labels, convention: str) -> list[Misconception[list[Tree]]]:
    """Nine wrong weights, for each way to mix them up."""
    other = CONVENTIONS[1 - CONVENTIONS.index(convention)]
    flips = convention == CONVENTIONS[0]

    def mirrored(down: int, right: int) -> list[Tree]:
        return _weights(labels, lambda offset: weight_at(down * offset[0], right * offset[1]))

    def transposed(sign: int) -> list[Tree]:
        return _weights(labels, lambda offset: weight_at(sign * offset[1], sign * offset[0]))

    return [
        Misconception(
            "weights-not-flipped" if flips else "convention-mixed-up",
            _FLIPPED if flips else _MIXED_UP,
            (_weights(labels, lambda offset: weight(offset, other)),),
        ),
        Misconception("order-of-labels-ignored", _ORDER, ([weight(offset, convention) for offset in ROW_BY_ROW],)),
        Misconception("weights-flipped-on-one-axis", _ONE_AXIS, (mirrored(-1, 1), mirrored(1, -1))),
        Misconception("weights-transposed", _TRANSPOSED, (transposed(1), transposed(-1))),
        Misconception("same-weight-everywhere", _SAME, tuple([w] * NEURONS for w in W)),
    ]


def _made_of(
    of_weights: Sequence[Misconception[list[Tree]]], make: Callable[[list[Tree]], Expressions]
) -> list[Misconception[Expressions]]:
    """The same misconceptions, each model being what `make` makes of its nine weights."""
    return [Misconception(item.id, item.sentence, tuple(make(model) for model in item.models)) for item in of_weights]


def activation_misconceptions(labels: Labels, convention: str) -> list[Misconception[Expressions]]:
    """About 3.2."""
    right = _weights(labels, lambda offset: weight(offset, convention))
    return [
        *_made_of(_wrong_weights(labels, convention), lambda wrong: [_linear(w, C[i]) for i, w in enumerate(wrong)]),
        Misconception(
            "constant-missing",
            "C_i is missing: an output depends on more than x_1, and C_i stands for all the rest.",
            ([trees.mul(w, X_1) for w in right],),
        ),
        Misconception(
            "constants-in-other-order",
            "Each y_i needs its own constant: C_1 with y_1, C_2 with y_2, …",
            ([_linear(w, C[-1 - i]) for i, w in enumerate(right)], [_linear(w, C[0]) for w in right]),
        ),
        Misconception("input-missing", "x_1 is missing.", ([trees.add(w, C[i]) for i, w in enumerate(right)],)),
        Misconception(
            "wrong-sign",
            _SIGN,
            (
                [_linear(_minus(w), C[i]) for i, w in enumerate(right)],
                [_linear(w, _minus(C[i])) for i, w in enumerate(right)],
            ),
        ),
    ]


def derivative_misconceptions(labels: Labels, convention: str) -> list[Misconception[Expressions]]:
    """About 3.3."""
    right = _weights(labels, lambda offset: weight(offset, convention))
    zeros, ones = [trees.integer(0)] * NEURONS, [trees.integer(1)] * NEURONS
    return [
        *_made_of(_wrong_weights(labels, convention), lambda wrong: wrong),
        Misconception("wrong-sign", _SIGN, ([_minus(w) for w in right],)),
        Misconception("all-ones", "∂v/∂x_1 is not 1: each y_i grows with x_1 as its coefficient says.", (ones,)),
        Misconception("all-zeros", "∂v/∂x_1 is not 0: each y_i depends on x_1.", (zeros,)),
        Misconception(
            "value-instead-of-derivative",
            "x_1 is still in there: y_i is linear in x_1, so its derivative is free of it.",
            ([trees.mul(w, X_1) for w in right],),
        ),
    ]


def loss_misconceptions(labels: Labels, convention: str) -> list[Misconception[Expressions]]:
    """About `dloss_dx1`."""
    right = dot(DY, _weights(labels, lambda offset: weight(offset, convention)))
    return [
        *_made_of(_wrong_weights(labels, convention), lambda wrong: [dot(DY, wrong)]),
        Misconception("wrong-sign", _SIGN, ([_minus(right)],)),
        Misconception(
            "upstream-gradient-ignored",
            "∂L/∂y_i is missing: the chain rule multiplies by it.",
            ([trees.add(*W)],),
        ),
        Misconception(
            "weights-ignored", "The weights are missing: the chain rule multiplies by ∂y_i/∂x_1.", ([trees.add(*DY)],)
        ),
        Misconception(
            "product-of-sums",
            "This is the sum of all ∂L/∂y_i times the sum of all weights. Each path from x_1 to L has its own product.",
            ([trees.mul(trees.add(*DY), trees.add(*W))],),
        ),
        Misconception(
            "mean-for-sum",
            "The sum is divided by nine. The contributions of the nine paths add up.",
            ([trees.mul(Tree("Rational", (1, NEURONS)), right)],),
        ),
    ]


def dot(left: Sequence[Tree], right: Sequence[Tree]) -> Tree:
    """The sum of the products, pair by pair."""
    return trees.add(*(trees.mul(a, b) for a, b in zip(left, right, strict=True)))


def _linear(coefficient: Tree, rest: Tree) -> Tree:
    return trees.add(trees.mul(coefficient, X_1), rest)


def _minus(expression: Tree) -> Tree:
    return trees.mul(trees.integer(-1), expression)
