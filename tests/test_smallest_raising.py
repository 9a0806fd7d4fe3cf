"""A call that raises is shown with the smallest input that makes it: an independent search over all shapes agrees."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from grader.assignment.convolution import conv_questions
from grader.assignment.pooling import pool_questions
from grader.model import CallFailure, Outcome, Verdict
from grader.oracles.numeric import Question, judge

pytestmark = pytest.mark.slow

Shape = tuple[int, ...]
SEEDS = (1, 2)

MAPS: dict[str, Callable[[int, int], bool]] = {
    "many rows": lambda H, W: H > 2,
    "many columns": lambda H, W: W > 2,
    "more rows": lambda H, W: H > 4,
    "more columns": lambda H, W: W > 4,
    "wide": lambda H, W: H < W,
    "tall": lambda H, W: H > W,
    "not square": lambda H, W: H != W,
    "large": lambda H, W: H > 2 and W > 2,
    "odd rows": lambda H, W: H % 2 == 1,
    "odd columns": lambda H, W: W % 2 == 1,
    "both odd": lambda H, W: H % 2 == W % 2 == 1,
    "one of them odd": lambda H, W: H % 2 != W % 2,
    "odd rows, not one": lambda H, W: H % 2 == 1 and H > 1,
    "odd columns, even rows": lambda H, W: W % 2 == 1 and H % 2 == 0,
    "a single row": lambda H, W: H == 1 and W > 1,
    "very wide": lambda H, W: W > 3 * H,
    "many entries": lambda H, W: H * W > 20,
}
STACKS: dict[str, Callable[[int, int, int, int], bool]] = {
    **{name: lambda N, C, H, W, use=use: use(H, W) for name, use in MAPS.items()},  # type: ignore[misc]
    "two samples": lambda N, C, H, W: N > 1,
    "two channels": lambda N, C, H, W: C > 1,
    "three channels": lambda N, C, H, W: C > 2,
    "both": lambda N, C, H, W: N > 1 and C > 1,
    "samples for channels": lambda N, C, H, W: N > C,
    "two channels, odd columns": lambda N, C, H, W: C > 1 and W % 2 == 1,
    "two samples, many rows": lambda N, C, H, W: N > 1 and H > 2,
}
POOLS: dict[str, tuple[Callable[[np.random.Generator], Question], Callable[[int, int, int, int], bool]]] = {
    "2.2": (pool_questions.random_maps, lambda N, C, H, W: H % 2 == W % 2 == 0),
    "2.3": (pool_questions.extreme_maps, lambda N, C, H, W: H % 2 == 0 and H == W and N == C),
    "2.4": (pool_questions.tied_maps, lambda N, C, H, W: H % 2 == 0 and H == W and N == C),
    "2.5": (pool_questions.odd_maps, lambda N, C, H, W: True),
}


def shown(question: Question, name: str, raises: Callable[[Shape], bool]) -> Shape | None:
    """The shape of `name` that is told for a function which raises for some shapes and is right for all others."""
    rights = {tuple(a.tobytes() for a in case.inputs.values()): case.expected for case in question.cases}

    def function(*args: Any) -> Any:
        place = list(question.cases[0].inputs).index(name)
        if raises(args[place].shape):
            raise CallFailure(Verdict(Outcome.ERROR, 0.0, "f raised ValueError: no."), "error", ())
        return rights.get(tuple(a.tobytes() for a in args))

    try:
        judge(function, replace(question, misconceptions=()))
    except CallFailure as failure:
        told = failure.verdict.message.partition(f"{name} of shape (")[2].partition(")")[0]
        return tuple(int(size) for size in told.split(",") if size.strip())
    return None


def smallest(shapes: Iterator[Shape], raises: Callable[[Shape], bool]) -> int:
    return min(math.prod(shape) for shape in shapes if raises(shape))


@pytest.mark.parametrize("condition", STACKS)
@pytest.mark.parametrize("point", POOLS)
def test_of_a_stack_of_maps(point: str, condition: str) -> None:
    draw, asked = POOLS[point]

    def raises(shape: Shape) -> bool:
        return len(shape) == 4 and STACKS[condition](*shape)

    for seed in SEEDS:
        found = shown(draw(np.random.default_rng(seed)), "X", raises)
        if found is not None:
            shapes = product(range(1, 4), range(1, 4), range(1, 13), range(1, 13))
            best = smallest((shape for shape in shapes if asked(*shape)), raises)
            assert math.prod(found) <= best, found  # a minimal case may be smaller than what the point asks


@pytest.mark.parametrize("condition", MAPS)
@pytest.mark.parametrize("point", ["3.4", "3.5/interior", "3.5/padding"])
def test_of_one_map(point: str, condition: str) -> None:
    def raises(shape: Shape) -> bool:
        return MAPS[condition](*shape)

    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        inner = point == "3.5/interior"
        question = (
            conv_questions.back_to_input(rng, "cross-correlation")
            if point == "3.4"
            else conv_questions.back_to_weight(rng, "cross-correlation", inner)
        )
        found = shown(question, "dY", raises)
        if found is not None:
            shapes = ((H, W) for H, W in product(range(1, 13), repeat=2) if not inner or H == W >= 3)
            assert math.prod(found) <= smallest(iter(shapes), raises), found
