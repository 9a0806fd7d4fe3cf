"""Hyper-parameters that nobody shows and that are none of the usual values, found by least squares: the path that they
give is made as near to the recorded one as it will go (Levenberg and Marquardt; Nocedal and Wright, Numerical
Optimization, 2nd edition, section 10.3).

Whatever comes out is a trial like any other: it has to give all paths.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from .fitting import fitted_rate, hypers_of
from .hyperparameters import Hyper, read
from .replay import Problem, Record, replay

ROUNDS = 15
DAMPING = 1e-3  # at first; three times more after a step that makes it worse, three times less after a better one
LONGEST = 3.0  # step of a coordinate: a factor of 20
LEAST = 1e-4  # of the largest curvature: what changes next to nothing is left where it is
DIFFERENCE = 1e-6  # of a coordinate, for the derivatives
HARDLY = 1e-5  # of an entry's size
GOOD_ENOUGH = 1e-9  # of the squared displacement
# Where the search begins, and what has only a few values. What is near 1 is searched for by the logarithm of what it
# lacks, all else by its own. Weight decay is none of these: where a gradient is 0, any is far from none.
_STARTS: dict[str, Hyper] = {
    "Adadelta": {"rho": 0.9, "eps": 1e-6},
    "Adagrad": {"eps": 1e-8, "initial_accumulator_value": 0.1},
    "Adam": {"betas": (0.9, 0.99), "eps": 1e-6},
    "RMSprop": {"alpha": 0.95, "eps": 1e-6},
    "SGD": {"momentum": 0.7},
}
_SWITCHES: dict[str, dict[str, list[Any]]] = {
    "Adam": {"amsgrad": [False, True]},
    "RMSprop": {"momentum": [0.0, 0.9], "centered": [False, True]},
    "SGD": {"nesterov": [False, True]},
}
# As logarithms. Beside an eps larger than all gradients, every method would be plain gradient descent.
SMALLEST_LOG, LARGEST_LOG = -60.0, 3.0
_NEAR_ONE = ("rho", "alpha", "momentum", "betas")


def refined(name: str, problem: Problem, record: Record) -> Iterator[Hyper]:
    """For each setting of what is a switch, the values that fit best for what was not read, with a learning rate."""
    shown = read(name, record["groups"][0][0]["hyper"])
    start = {key: value for key, value in _STARTS.get(name, {}).items() if key not in shown}
    if not start or problem["kind"] != "gradients":
        return
    switches = {key: values for key, values in _SWITCHES.get(name, {}).items() if key not in shown}
    for values in itertools.product(*switches.values()):
        yield _fitted(name, problem, record, start, dict(zip(switches, values, strict=True)))


def _fitted(name: str, problem: Problem, record: Record, start: Hyper, fixed: Hyper) -> Hyper:
    problem = {**problem, "dtype": "float64"}  # differences of single precision are rounding
    target = record["path"][: problem["steps"] + 1]
    moved = np.ptp(target, axis=0)
    scale = np.where(moved > HARDLY * np.abs(target).max(axis=0), moved, np.inf)  # what stands still tells nothing

    def with_rate(x: Any) -> Hyper:
        hyper = {**fixed, **_values(start, x)}
        return {**hyper, **(fitted_rate(name, problem, record, hyper) or {})}

    def residual(x: Any) -> Any:
        path = replay(name, problem, record["groups"], hypers_of(name, record, with_rate(x)))
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.full(target.size, np.inf) if path is None else ((path - target) / scale).ravel()
        return np.clip(np.nan_to_num(off, nan=1e9, posinf=1e9, neginf=-1e9), -1e9, 1e9)

    x, damping = _coordinates(start), DAMPING
    here = residual(x)
    for _ in range(ROUNDS):
        if here @ here < GOOD_ENOUGH * target.size:
            break
        slopes = np.stack([(residual(x + DIFFERENCE * unit) - here) / DIFFERENCE for unit in np.eye(len(x))], axis=1)
        normal = slopes.T @ slopes
        step = np.linalg.solve(
            normal + damping * np.diag(np.diag(normal) + LEAST * normal.max() + 1e-30), -slopes.T @ here
        )
        next_x = x + np.clip(step, -LONGEST, LONGEST)
        there = residual(next_x)
        is_better = there @ there < here @ here
        x, here = (next_x, there) if is_better else (x, here)
        damping *= 1 / 3 if is_better else 3.0
    return with_rate(x)


def _coordinates(start: Hyper) -> Any:
    pairs = [(key, number) for key, value in start.items() for number in np.atleast_1d(value)]
    return np.array([np.log(1 - number if key in _NEAR_ONE else number) for key, number in pairs])


def _values(start: Hyper, x: Any) -> Hyper:
    rest, values = list(x), Hyper()
    for key, value in start.items():
        numbers = [_value(key, rest.pop(0)) for _ in np.atleast_1d(value)]
        values[key] = tuple(numbers) if isinstance(value, tuple) else numbers[0]
    return values


def _value(key: str, coordinate: float) -> float:
    is_near_one = key in _NEAR_ONE
    number = float(np.exp(np.clip(coordinate, SMALLEST_LOG, 0.0 if is_near_one else LARGEST_LOG)))
    return 1 - number if is_near_one else number
