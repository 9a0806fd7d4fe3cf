"""Which points of exercise 3's symbolic part a file deserves: exact values at random integers of both signs."""

from collections.abc import Iterator, Sequence
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np
import sympy

from scripts.mutants.asking import Undecided, ask, numbers, share

SEED = 20261127
TRIALS = 6
ROUNDING = sympy.Rational(1, 10**15)  # relative: some four units in the last place of float64
BLOCK = list(product((-1, 0, 1), (-1, 0, 1)))
PLACES = [(row, col) for row in range(1, 8) for col in range(1, 8) if row != col]
W, C, DY = (sympy.symbols(f"{name}_1:10", real=True) for name in ("w", "C", "dy"))
X_1 = sympy.Symbol("x_1", real=True)
NAMES = {symbol.name: symbol for symbol in (*W, *C, *DY, X_1)}
Offsets = list[tuple[int, int] | None]


def shares(module: ModuleType) -> dict[str, float | None]:
    """3.1 to 3.3 and 3.4's symbolic half."""
    offsets = labels(module)
    return {
        "3.1": share(lambda: block_is_right(module)),
        "3.2": share(lambda: [activations_are_right(module, offsets)]),
        "3.3": share(lambda: [derivative_is_right(module, offsets)]),
        "3.4/symbolic": share(lambda: [loss_is_right(module, offsets)]),
    }


def positions(module: ModuleType, row: int, col: int) -> list[tuple[int, int]]:
    """Raises ValueError for what are no nine pairs of whole numbers."""
    pairs = numbers(ask(lambda a, b: module.affected_outputs(a, b), row, col))
    if pairs.shape != (9, 2) or (pairs != pairs.round()).any():
        raise ValueError
    return [(int(i), int(j)) for i, j in pairs]


def block_is_right(module: ModuleType) -> Iterator[bool]:
    for row, col in PLACES:
        yield set(positions(module, row, col)) == {(row + i, col + j) for i, j in BLOCK}


def labels(module: ModuleType) -> Offsets:
    """The offset of each label that means the same neighbour everywhere; row by row with fewer than five of them."""
    relative_positions = []
    for row, col in PLACES:
        try:
            relative_positions.append([(i - row, j - col) for i, j in positions(module, row, col)])
        except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
            continue
    offsets: Offsets = [
        label[0] if len(set(label)) == 1 and label[0] in BLOCK else None
        for label in zip(*relative_positions, strict=True)
    ]
    return offsets if len(set(offsets) - {None}) >= 5 else list(BLOCK)


def weights(module: ModuleType, offsets: Offsets) -> list[Any]:
    sign = 1 if getattr(module, "CONVENTION", None) == "convolution" else -1
    return [W[3 * (1 + sign * i) + 1 + sign * j] for i, j in (offset or (0, 0) for offset in offsets)]


def nine(value: Any) -> list[Any]:
    """Nine expressions. Raises ValueError."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    value = list(value) if isinstance(value, list | tuple) else None
    if value is not None and len(value) == 1 and isinstance(value[0], list | tuple):
        value = list(value[0])
    if value is None or len(value) != 9:
        raise ValueError
    return [expression(item) for item in value]


def expression(value: Any) -> Any:
    """One expression in the symbols of the exercise. Raises ValueError for anything else."""
    if isinstance(value, sympy.NDimArray) and value.rank() == 0:  # which sympy's own tolist fails on
        value = value[()]
    if hasattr(value, "tolist"):
        value = value.tolist()
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, sympy.Poly):
        value = value.as_expr()
    if isinstance(value, bool) or not isinstance(value, int | float | sympy.Expr):
        raise ValueError
    parsed = sympy.sympify(value)
    return parsed.xreplace({symbol: NAMES.get(symbol.name, symbol) for symbol in parsed.free_symbols})


def equal(left: Any, right: Any) -> bool:
    """Whether two expressions have the same values. Raises Undecided where decimals differ by more than rounding."""
    rng = np.random.default_rng(SEED)
    for _ in range(TRIALS):
        signed = rng.integers(2, 10**6, len(NAMES)) * rng.choice([-1, 1], len(NAMES))
        values = dict(zip(NAMES.values(), map(sympy.Integer, signed.tolist()), strict=True))
        a, b = (sympy.nsimplify(side.doit(), rational=True).xreplace(values) for side in (left, right))
        if not (a.is_Rational and b.is_Rational):
            return False
        if a != b:
            return False
        exact, whole = (in_binary(side.doit()).xreplace(values) for side in (left, right))
        if abs(exact - whole) > ROUNDING * abs(whole):
            raise Undecided
    return True


def in_binary(side: Any) -> Any:
    """The expression with each decimal as what it is in binary, where `nsimplify` takes a simple fraction near it."""
    return side.xreplace({node: sympy.Rational(float(node)) for node in side.atoms(sympy.Float)})


def at_labels(entries: Sequence[Any], rights: Sequence[Any], offsets: Offsets) -> bool:
    """Whether at each right position one of the entries labelled so is right. Raises Undecided where fewer than five
    are labelled once, and of two with one label one alone is right."""
    verdicts = [
        [equal(entries[k], rights[k]) for k in range(9) if offsets[k] == place] for place in set(offsets) - {None}
    ]
    if not all(map(any, verdicts)):
        return False
    if sum(len(some) == 1 for some in verdicts) < 5 and not all(map(all, verdicts)):
        raise Undecided
    return True


def activations_are_right(module: ModuleType, offsets: Offsets) -> bool:
    entries = nine(ask(lambda *args: module.activations(*args), list(W), X_1, list(C)))
    rights = [w * X_1 + c for w, c in zip(weights(module, offsets), C, strict=True)]
    return at_labels(entries, rights, offsets)


def derivative_is_right(module: ModuleType, offsets: Offsets) -> bool:
    students_activations = optional(lambda: nine(ask(lambda *args: module.activations(*args), list(W), X_1, list(C))))
    entries = nine(ask(lambda *args: module.dv_dx1(*args), list(W)))
    if at_labels(entries, weights(module, offsets), offsets):
        return True
    return (
        students_activations is not None
        and has_nine_weights(entries)
        and all(equal(entry, sympy.diff(y, X_1)) for entry, y in zip(entries, students_activations, strict=True))
    )


def loss_is_right(module: ModuleType, offsets: Offsets) -> bool:
    students_derivative = optional(lambda: nine(ask(lambda *args: module.dv_dx1(*args), list(W))))
    value = expression(ask(lambda *args: module.dloss_dx1(*args), list(W), list(DY)))
    rights = weights(module, offsets)
    if set(offsets) == set(BLOCK):
        right = equal(value, sum(dy * w for dy, w in zip(DY, rights, strict=True)))
    else:
        right = at_labels([sympy.diff(value, dy) for dy in DY], rights, offsets)
    if right:
        return True
    return (
        students_derivative is not None
        and has_nine_weights(students_derivative)
        and equal(value, sum(dy * w for dy, w in zip(DY, students_derivative, strict=True)))
    )


def has_nine_weights(entries: Sequence[Any]) -> bool:
    """Whether each entry depends on one weight, and no two on the same."""
    used = [[w for w in W if not equal(sympy.diff(entry, w), sympy.S.Zero)] for entry in entries]
    return all(len(some) == 1 for some in used) and len({some[0] for some in used}) == 9


def optional(read: Any) -> Any:
    """What `read` gives, None for what cannot be read."""
    try:
        return read()
    except Undecided:
        raise
    except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
        return None
