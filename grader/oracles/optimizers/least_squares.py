"""Hyper-parameters that bring a path as near to a recorded one as it will go, by the method of Levenberg and Marquardt
(Nocedal and Wright, Numerical Optimization, 2nd edition, section 10.3)."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .hyperparameters import Hyper

ROUNDS = 15
DAMPING = 1e-3  # at first; three times more after a step that makes it worse, three times less after a better one
LONGEST = 3.0  # step of a coordinate: a factor of 20
LEAST = 1e-4  # of the largest curvature: what changes next to nothing is left where it is
DIFFERENCE = 1e-6  # of a coordinate, for the derivatives
HARDLY = 1e-5  # of an entry's size
GOOD_ENOUGH = 1e-14  # of the squared displacement: a weight decay shows most where all else is 0
STUCK = 1e-3  # of the squares: a round that gains less, far from the path, is the last
FAR = 1e-4  # as above, a hundredth of the displacement

# As logarithms. Beside an eps that is larger than gradients are in a training, every method is plain gradient descent.
SMALLEST_LOG, LARGEST_LOG, LARGEST_LOG_EPS = -60.0, 3.0, math.log(1e-3)
# What is near 1 is searched for by the logarithm of what it lacks, all else by its own.
_NEAR_ONE = ("rho", "alpha", "momentum", "betas")
# What a mean of squares loses at each step: one that keeps more cannot be told from Adagrad's sum (0.002 of it deviates
# by once the tolerance, 0.005 by three times), and one that loses all leaves nothing but signs.
_OF_SQUARES = ("rho", "alpha")
LEAST_LOST, MOST_LOST = 0.005, 0.9
LEAST_MOMENTUM = 0.1  # of an Adam: without any it is an RMSprop


def fit(start: Hyper, path_of: Callable[[Hyper], Any], recorded: Any) -> Hyper:
    """The values of what is in `start` for which `path_of` comes nearest to the `recorded` path (steps + 1, n). Where
    it gives None, there is no path."""
    moved = np.ptp(recorded, axis=0)
    scale = np.where(moved > HARDLY * np.abs(recorded).max(axis=0), moved, np.inf)  # what stands still tells nothing

    def residual(x: Any) -> Any:
        path = path_of(_values(start, x))
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.full(recorded.size, np.inf) if path is None else ((path - recorded) / scale).ravel()
        return np.clip(np.nan_to_num(off, nan=1e9, posinf=1e9, neginf=-1e9), -1e9, 1e9)

    x, damping = _coordinates(start), DAMPING
    here = residual(x)
    for _ in range(ROUNDS):
        if here @ here < GOOD_ENOUGH * recorded.size:
            break
        slopes = np.stack([(residual(x + DIFFERENCE * unit) - here) / DIFFERENCE for unit in np.eye(len(x))], axis=1)
        normal = slopes.T @ slopes
        step = np.linalg.solve(
            normal + damping * np.diag(np.diag(normal) + LEAST * normal.max() + 1e-30), -slopes.T @ here
        )
        next_x = x + np.clip(step, -LONGEST, LONGEST)
        there = residual(next_x)
        gain = here @ here - there @ there
        is_stuck = 0 < gain < STUCK * (here @ here) and there @ there > FAR * recorded.size
        x, here = (next_x, there) if gain > 0 else (x, here)
        damping *= 1 / 3 if gain > 0 else 3.0
        if is_stuck:
            break
    return _values(start, x)


def _coordinates(start: Hyper) -> Any:
    pairs = [(key, number) for key, value in start.items() for number in np.atleast_1d(value)]
    return np.array([np.log(1 - number if key in _NEAR_ONE else number) for key, number in pairs])


def _values(start: Hyper, x: Any) -> Hyper:
    rest, values = list(x), Hyper()
    for key, value in start.items():
        numbers = [_value(key, rest.pop(0)) for _ in np.atleast_1d(value)]
        values[key] = (max(numbers[0], LEAST_MOMENTUM), numbers[1]) if isinstance(value, tuple) else numbers[0]
    return values


def _value(key: str, coordinate: float) -> float:
    is_near_one = key in _NEAR_ONE
    largest = LARGEST_LOG_EPS if key == "eps" else LARGEST_LOG
    number = float(np.exp(np.clip(coordinate, SMALLEST_LOG, 0.0 if is_near_one else largest)))
    if key in _OF_SQUARES:
        number = min(max(number, LEAST_LOST), MOST_LOST)
    return 1 - number if is_near_one else number
