"""First-order optimizers as textbooks write them: eps inside the root, or beside one that is not yet corrected for its
bias, where torch has it outside; the learning rate inside the velocity, or a velocity that is an average.

In a training gradients are small and rates may fall, so that this shows; it is no other optimizer. Sources: Duchi et
al. (2011); Kingma and Ba (2015), the end of section 2; Goodfellow, Bengio and Courville, Deep Learning (2016),
algorithms 8.2, 8.4, 8.5 and 8.7; for the average, Ng, Improving Deep Neural Networks, "Gradient descent with momentum".
"""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from grader.oracles.training.harness.lbfgs_steps import REFUSALS

from .hyperparameters import Hyper, read
from .replay import Problem, Record

State = dict[str, Any]
Form = Callable[[Problem, Record], Any]
# What is tried where it was not read.
_TRIED: dict[str, list[Any]] = {
    "eps": [1e-6, 1e-7, 1e-8, 1e-10],
    "alpha": [0.9, 0.99],
    "momentum": [0.9, 0.5, 0.6, 0.7, 0.8, 0.95, 0.99],
}


def forms(name: str, shown: Hyper) -> Iterator[Form]:
    """The forms of `name`, with values for what is not among the hyper-parameters `shown`. Each gives the path
    (steps + 1, n) that it takes through a problem; None where no learning rate was read, or groups differ."""
    for rule, needed in _RULES.get(name, []):
        missing = [key for key in needed if key not in read(name, shown)]
        for values in itertools.product(*(_TRIED[key] for key in missing)):
            yield partial(_path, name, rule, dict(zip(missing, values, strict=True)))


def _path(name: str, rule: Any, trial: Hyper, problem: Problem, record: Record) -> Any:
    hypers = [{**trial, **read(name, groups[0]["hyper"])} for groups in record["groups"] if len(groups) == 1]
    if len(hypers) < problem["steps"] or not all(isinstance(hyper.get("lr"), float | int) for hyper in hypers):
        return None
    path, state = [problem["start"]], State(t=0)
    try:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for gradient, hyper in zip(problem["gradients"][: problem["steps"]], hypers, strict=False):
                g = np.nan_to_num(gradient) + hyper.get("weight_decay", 0.0) * path[-1]
                path.append(path[-1] - rule(g, state, hyper))
    except REFUSALS:  # what torch refuses is nothing that a textbook has either
        return None
    return np.stack(path)


def _sgd(g: Any, state: State, hyper: Hyper) -> Any:
    state["v"] = hyper["momentum"] * state.get("v", 0.0) + hyper["lr"] * g
    return state["v"]


def _sgd_average(g: Any, state: State, hyper: Hyper) -> Any:
    state["v"] = hyper["momentum"] * state.get("v", 0.0) + (1 - hyper["momentum"]) * g
    return hyper["lr"] * state["v"]


def _sgd_corrected_average(g: Any, state: State, hyper: Hyper) -> Any:
    state["t"] += 1
    return _sgd_average(g, state, hyper) / (1 - hyper["momentum"] ** state["t"])


def _adagrad(g: Any, state: State, hyper: Hyper) -> Any:
    state["v"] = state.get("v", 0.0) + g**2
    return hyper["lr"] * g / np.sqrt(state["v"] + hyper["eps"])


def _rmsprop(g: Any, state: State, hyper: Hyper) -> Any:
    state["v"] = hyper["alpha"] * state.get("v", 0.0) + (1 - hyper["alpha"]) * g**2
    return hyper["lr"] * g / np.sqrt(state["v"] + hyper["eps"])


def _moments(g: Any, state: State, hyper: Hyper) -> tuple[Any, Any, float, float]:
    """Adam's two moments, and what their biases are corrected by."""
    first, second = hyper.get("betas", (0.9, 0.999))
    state["t"] += 1
    state["m"] = first * state.get("m", 0.0) + (1 - first) * g
    state["v"] = second * state.get("v", 0.0) + (1 - second) * g**2
    return state["m"], state["v"], 1 - first ** state["t"], 1 - second ** state["t"]


def _adam(g: Any, state: State, hyper: Hyper) -> Any:
    m, v, of_first, of_second = _moments(g, state, hyper)
    return hyper["lr"] * (m / of_first) / np.sqrt(v / of_second + hyper["eps"])


def _adam_uncorrected_eps(g: Any, state: State, hyper: Hyper) -> Any:
    m, v, of_first, of_second = _moments(g, state, hyper)
    return hyper["lr"] * np.sqrt(of_second) / of_first * m / (np.sqrt(v) + hyper["eps"])


_RULES: dict[str, Any] = {
    "SGD": [(_sgd, ("momentum",)), (_sgd_average, ("momentum",)), (_sgd_corrected_average, ("momentum",))],
    "Adagrad": [(_adagrad, ("eps",))],
    "RMSprop": [(_rmsprop, ("alpha", "eps"))],
    "Adam": [(_adam, ("eps",)), (_adam_uncorrected_eps, ("eps",))],
}
