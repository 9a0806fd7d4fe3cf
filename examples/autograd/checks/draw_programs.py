"""Programs drawn from the seed, with values that no rounding can hide, away from kinks and poles."""

from fractions import Fraction
from functools import partial

import numpy as np

from grader.oracles.programs import Asking, Program, carry_out, leaf_names
from grader.oracles.reverse_mode import SLOPES, Node, Rules

STEP = 8  # values are multiples of its inverse, so that sums and products are exact
MIN_MAGNITUDE, MAX_MAGNITUDE = Fraction(1, STEP), 100  # of operands and results
MAX_DENOMINATOR = 1 << 200  # more would be slow, and no better
MAX_CANCELLED = 1_000  # the sum of all paths' sizes, over the gradient: what rounding may grow by
LEAVES = "abcd"
LINES = 12
FORMS = {"{0} + {1}": 0.35, "{0} * {1}": 0.35, "{0}.relu()": 0.15, "{0} ** {2}": 0.15}  # and how often
SIZES = Rules({sign: lambda *data, slopes=slopes: tuple(map(abs, slopes(*data))) for sign, slopes in SLOPES.items()})
GRADIENTS = Asking("{leaf}.grad", ("{root}.backward()",))


def leaves(rng: np.random.Generator, names: str, sign: int = 0) -> dict[str, float]:
    """A value for each name: magnitudes from 1/2 to 2, all different, of either sign or of that of `sign`.

    None is 1, by which a factor that is left out does not show.
    """
    sizes = rng.choice(np.delete(np.arange(STEP // 2, 2 * STEP), STEP // 2), len(names), replace=False) / STEP
    signs = [sign] * len(names) if sign else rng.choice((-1, 1), len(names))
    return {name: float(size * sign_of_value) for name, size, sign_of_value in zip(names, sizes, signs, strict=True)}


def program(rng: np.random.Generator, *lines: str, sign: int = 0) -> Program:
    """Those lines, with values for the names that none of them sets."""
    return Program(leaves(rng, "".join(leaf_names(lines)), sign), lines)


def expression(rng: np.random.Generator, mistaken: Rules) -> Program:
    """Any expression over four leaves whose gradients are others under these rules."""
    while True:
        drawn = _any(rng)
        right, wrong, paths = (
            [*GRADIENTS.of(drawn, partial(Node, rules)).values()] for rules in (Rules(), mistaken, SIZES)
        )
        if wrong != right and max(paths) <= MAX_CANCELLED * max(map(abs, right)):
            return drawn


def _any(rng: np.random.Generator) -> Program:
    start = leaves(rng, LEAVES)
    scope = {name: Node(Rules(), value) for name, value in start.items()}
    lines: list[str] = []
    while len(lines) < LINES:  # which ends: a ReLU of what is large enough always fits, and the leaves are large enough
        large = [name for name, node in scope.items() if abs(node.data) >= MIN_MAGNITUDE]
        left, right = rng.choice(large[-4:]), rng.choice([*scope])  # of the last ones, so that the graph grows deep
        name, form = chr(ord(LEAVES[-1]) + 1 + len(lines)), rng.choice([*FORMS], p=[*FORMS.values()])
        line = f"{name} = {form.format(left, right, rng.choice((-1, 2, 3)))}"
        carry_out(line, scope)
        if abs(scope[name].data) <= MAX_MAGNITUDE and scope[name].data.denominator < MAX_DENOMINATOR:
            lines.append(line)
        else:
            del scope[name]
    return Program(start, tuple(lines))
