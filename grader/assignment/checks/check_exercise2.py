"""Exercise 2: the backward pass of max pooling, filter 2x2, stride 2."""

from typing import Any

import numpy as np

from grader.api import Verdict, module, points
from grader.assignment.pooling import pool_questions
from grader.oracles.numeric import judge

exercise2 = module("exercise2")


@points("2.1")
def check_one_window(exercise2: Any, rng: np.random.Generator) -> Verdict:
    """In a single 2×2 window the gradient lands on the maximum, and dX has the shape of X."""
    return judge(exercise2.maxpool2x2_backward, pool_questions.one_window(rng))


@points("2.2")
def check_random_maps(exercise2: Any, rng: np.random.Generator) -> Verdict:
    """dX agrees with the numerical gradient on random maps with several samples and channels."""
    return judge(exercise2.maxpool2x2_backward, pool_questions.random_maps(rng))


@points("2.3")
def check_extreme_maps(exercise2: Any, rng: np.random.Generator) -> Verdict:
    """The same holds for windows of negative values only and for magnitudes of 1e6 and 1e-6."""
    return judge(exercise2.maxpool2x2_backward, pool_questions.extreme_maps(rng))


@points("2.4")
def check_tied_maps(exercise2: Any, rng: np.random.Generator) -> Verdict:
    """Where maxima tie, dX is a subgradient: weights on the maxima only, none negative, summing to one."""
    return judge(exercise2.maxpool2x2_backward, pool_questions.tied_maps(rng))


@points("2.5")
def check_odd_maps(exercise2: Any, rng: np.random.Generator) -> Verdict:
    """With an odd height or width all windows are right, and what lies in no window gets zero."""
    return judge(exercise2.maxpool2x2_backward, pool_questions.odd_maps(rng))
