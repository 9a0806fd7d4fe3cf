"""First-order optimizers as textbooks write them: eps inside the root where torch has it outside, and the learning rate
inside the velocity.

In a training gradients are small and rates may fall, so that this shows; it is no other optimizer. Sources: Duchi et
al. (2011); Goodfellow, Bengio and Courville, Deep Learning (2016), algorithms 8.2, 8.4, 8.5 and 8.7.
"""

from typing import Any

import numpy as np

from .hyperparameters import read
from .replay import Problem, Record, training_deviation

EPSILONS = (1e-6, 1e-7, 1e-8, 1e-10)


def deviation(name: str, problem: Problem, record: Record) -> float:
    """As `replay.training_deviation`, the best over the usual eps where none was read. Groups of one setting only."""
    if name not in _RULES or any(len(groups) != 1 for groups in record["after"]):
        return float("inf")
    hypers = [read(name, groups[0]["hyper"]) for groups in record["after"]]
    if not all(isinstance(hyper.get("lr"), float | int) for hyper in hypers):
        return float("inf")
    eps_read = hypers[0].get("eps")
    return min(
        training_deviation(record["path"], _path(name, problem, hypers, eps), problem)
        for eps in (EPSILONS if eps_read is None else (eps_read,))
    )


def _path(name: str, problem: Problem, hypers: list[dict[str, Any]], eps: float) -> Any:
    path, state = [problem["start"]], {"t": 0.0}
    for gradient, hyper in zip(problem["gradients"], hypers, strict=False):
        path.append(path[-1] - _RULES[name](np.nan_to_num(gradient), state, {**hyper, "eps": eps}))
    return np.stack(path)


def _sgd(g: Any, state: dict[str, Any], hyper: dict[str, Any]) -> Any:
    state["v"] = hyper.get("momentum", 0.0) * state.get("v", 0.0) + hyper["lr"] * g
    return state["v"]


def _adagrad(g: Any, state: dict[str, Any], hyper: dict[str, Any]) -> Any:
    state["v"] = state.get("v", 0.0) + g**2
    return hyper["lr"] * g / np.sqrt(state["v"] + hyper["eps"])


def _rmsprop(g: Any, state: dict[str, Any], hyper: dict[str, Any]) -> Any:
    decay = hyper.get("alpha", 0.9)
    state["v"] = decay * state.get("v", 0.0) + (1 - decay) * g**2
    return hyper["lr"] * g / np.sqrt(state["v"] + hyper["eps"])


def _adam(g: Any, state: dict[str, Any], hyper: dict[str, Any]) -> Any:
    first, second = hyper.get("betas", (0.9, 0.999))
    state["t"] += 1
    state["m"] = first * state.get("m", 0.0) + (1 - first) * g
    state["v"] = second * state.get("v", 0.0) + (1 - second) * g**2
    m, v = state["m"] / (1 - first ** state["t"]), state["v"] / (1 - second ** state["t"])
    return hyper["lr"] * m / np.sqrt(v + hyper["eps"])


_RULES: dict[str, Any] = {"SGD": _sgd, "Adagrad": _adagrad, "RMSprop": _rmsprop, "Adam": _adam}
