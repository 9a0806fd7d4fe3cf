"""Drawing inputs on which an error can be told from rounding: distinct magnitudes, nothing near zero."""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.oracles.numeric.arrays import Floats
from grader.oracles.numeric.comparison import Case

MIN_ENTRY = 1e-3  # of the norm: nothing that is compared is smaller, unless no product reaches it at all
_MAX_DRAWS = 100  # about one in two is good enough


def signed(rng: np.random.Generator, shape: tuple[int, ...], magnitudes: Any) -> Floats:
    """Some of `magnitudes`, none twice, each with a random sign."""
    chosen = rng.choice(magnitudes, int(np.prod(shape)), replace=False)
    return np.asarray(chosen * rng.choice([-1.0, 1.0], chosen.shape)).reshape(shape)


def well_conditioned(draw: Callable[[], tuple[Floats, Floats]], make: Callable[[Floats, Floats], Case]) -> Case:
    """A case, bilinear in what is drawn, in which no entry is so small that an error of a millionth of it would drown
    in rounding. What is drawn is zero at the same places every time."""
    first, second = draw()
    reached = make(np.abs(first), np.abs(second)).expected > 0
    for _ in range(_MAX_DRAWS):
        case = make(first, second)
        if (np.abs(case.expected[reached]) >= MIN_ENTRY * case.norm).all():
            break
        first, second = draw()
    return case
