"""What each point of exercise 2 asks of `maxpool2x2_backward`."""

import numpy as np

from grader.assignment.pooling import pool_cases, pool_minimal_cases
from grader.assignment.pooling.pool_misconceptions import POOL_MISCONCEPTIONS
from grader.oracles.numeric import Question


def one_window(rng: np.random.Generator) -> Question:
    return Question(pool_cases.one_window(rng), pool_minimal_cases.ONE_WINDOW, POOL_MISCONCEPTIONS)


def random_maps(rng: np.random.Generator) -> Question:
    return Question(pool_cases.random_maps(rng), pool_minimal_cases.RANDOM_MAPS, POOL_MISCONCEPTIONS)


def extreme_maps(rng: np.random.Generator) -> Question:
    return Question(pool_cases.extreme_maps(rng), pool_minimal_cases.EXTREME_MAPS, POOL_MISCONCEPTIONS)


def tied_maps(rng: np.random.Generator) -> Question:
    return Question(pool_cases.tied_maps(rng), pool_minimal_cases.TIED_MAPS, POOL_MISCONCEPTIONS)


def odd_maps(rng: np.random.Generator) -> Question:
    return Question(pool_cases.odd_maps(rng), pool_minimal_cases.ODD_MAPS, POOL_MISCONCEPTIONS)
