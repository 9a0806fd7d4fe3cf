"""Programs drawn from the seed, with values that no rounding can hide, away from kinks and poles."""

import re
from fractions import Fraction
from functools import partial

import numpy as np
from rational_engine import SLOPES, Node, Program, Rules, carry_out

STEP = 8  # values are multiples of its inverse, so that sums and products are exact
MIN_MAGNITUDE, MAX_MAGNITUDE = Fraction(1, STEP), 100  # of operands and results
MAX_DENOMINATOR = 1 << 200  # more would be slow, and no better
MAX_CANCELLED = 1_000  # the sum of all paths' sizes, over the gradient: what rounding may grow by
LEAVES = "abcd"
LINES = 12
SIZES = Rules({sign: lambda *data, slopes=slopes: tuple(map(abs, slopes(*data))) for sign, slopes in SLOPES.items()})
FORMS = {"{0} + {1}": 0.35, "{0} * {1}": 0.35, "{0}.relu()": 0.15, "{0} ** {2}": 0.15}  # and how often


def leaves(rng: np.random.Generator, names: str, sign: int = 0) -> dict[str, float]:
    """A value for each name: magnitudes from 1/2 to 2, all different, of either sign or of that of `sign`."""
    sizes = rng.choice(np.arange(STEP // 2, 2 * STEP), len(names), replace=False) / STEP
    signs = [sign] * len(names) if sign else rng.choice((-1, 1), len(names))
    return {name: float(size * sign) for name, size, sign in zip(names, sizes, signs, strict=True)}


def program(rng: np.random.Generator, *lines: str, sign: int = 0) -> Program:
    """Those lines, the leaves being the names that none of them sets."""
    assigned = {line.partition(" =")[0] for line in lines}
    used = sorted({name for line in lines for name in re.findall(r"\b[a-z]\b", line)})
    return Program(leaves(rng, "".join(name for name in used if name not in assigned), sign), lines)


def expression(rng: np.random.Generator, mistaken: Rules) -> Program:
    """Any expression over four leaves whose gradients are others under these rules."""
    while True:
        drawn = _any(rng)
        right, paths = _gradients(drawn, Rules()), _gradients(drawn, SIZES)
        if _gradients(drawn, mistaken) != right and max(paths) <= MAX_CANCELLED * max(map(abs, right)):
            return drawn


def _gradients(drawn: Program, rules: Rules) -> list[Fraction]:
    root, start = drawn.run(partial(Node, rules))
    root.backward()
    return [leaf.grad for leaf in start]


def _any(rng: np.random.Generator) -> Program:
    start = leaves(rng, LEAVES)
    scope: dict[str, Node] = {name: Node(Rules(), value) for name, value in start.items()}
    lines: list[str] = []
    while len(lines) < LINES:
        names = list(scope)
        left, right = rng.choice(names[-4:]), rng.choice(names)  # of the last ones, so that the graph grows deep
        name, form = chr(ord(LEAVES[-1]) + 1 + len(lines)), rng.choice([*FORMS], p=[*FORMS.values()])
        line = f"{name} = {form.format(left, right, rng.choice((-1, 2, 3)))}"
        if abs(scope[left].data) < MIN_MAGNITUDE:
            continue
        carry_out(line, scope)
        if abs(scope[name].data) <= MAX_MAGNITUDE and scope[name].data.denominator < MAX_DENOMINATOR:
            lines.append(line)
        else:
            del scope[name]
    return Program(start, tuple(lines))
