"""First-order optimizers as textbooks, courses and libraries write them, torch's own among them.

They differ in where eps stands (inside the root, beside it, beside a moment that is not yet corrected for its bias), in
how a running mean begins (at zero, at one, at the first square, or corrected for its start), and in what a velocity
holds (gradients, an average of them, or steps with the learning rate in them). In a training gradients are small and
rates may fall, so that this shows; it is no other optimizer. Sources: Duchi et al. (2011); Zeiler (2012); Kingma and
Ba (2015), the end of section 2; Goodfellow, Bengio and Courville, Deep Learning (2016), algorithms 8.2 to 8.5 and 8.7;
for the average, Ng, Improving Deep Neural Networks, "Gradient descent with momentum"; for a mean that begins at one,
the RMSprop of TensorFlow 1 and of JAX's example libraries.
"""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .hyperparameters import Hyper

State = dict[str, Any]
Rule = Callable[[Any, State, Hyper], Any]  # what a gradient takes off the parameters; it replaces items of the state
Needed = tuple[str, ...]  # hyper-parameters, beside the learning rate


# --- what the rules are made of -------------------------------------------------------------------------------------


def _mean_square(g: Any, state: State, decay: float, begins: str) -> Any:
    """The running mean of the squares, which begins at "zero", "one", the first "square", or is "corrected"."""
    state["t"] = state.get("t", 0) + 1
    before = {"one": 1.0, "square": g**2}.get(begins, 0.0)
    state["v"] = decay * state.get("v", before) + (1 - decay) * g**2
    return state["v"] / (1 - decay ** state["t"]) if begins == "corrected" else state["v"]


def _root(square: Any, eps: float, is_inside: bool) -> Any:
    return np.sqrt(square + eps) if is_inside else np.sqrt(square) + eps


def _moved(direction: Any, state: State, hyper: Hyper, velocity: str = "gradients") -> Any:
    """What a velocity of "gradients", of their "average" (also "corrected" for its start), or of "steps" takes off."""
    decay, rate = hyper.get("momentum", 0.0), hyper["lr"]
    added = {"gradients": direction, "steps": rate * direction}.get(velocity, (1 - decay) * direction)
    state["velocity"] = decay * state.get("velocity", 0.0) + added
    moved = added + decay * state["velocity"] if hyper.get("nesterov") else state["velocity"]
    if velocity == "corrected":
        state["count"] = state.get("count", 0) + 1
        moved = moved / (1 - decay ** state["count"])
    return moved if velocity == "steps" else rate * moved


# --- the rules ------------------------------------------------------------------------------------------------------


def _sgd(g: Any, state: State, hyper: Hyper, velocity: str) -> Any:
    return _moved(g, state, hyper, velocity)


def _adagrad(g: Any, state: State, hyper: Hyper, is_inside: bool) -> Any:
    state["v"] = state.get("v", hyper.get("initial_accumulator_value", 0.0)) + g**2
    state["t"] = state.get("t", -1) + 1
    rate = hyper["lr"] / (1 + state["t"] * hyper.get("lr_decay", 0.0))
    return rate * g / _root(state["v"], hyper["eps"], is_inside)


def _rmsprop(g: Any, state: State, hyper: Hyper, begins: str, is_inside: bool, velocity: str) -> Any:
    square = _mean_square(g, state, hyper["alpha"], begins)
    if hyper.get("centered"):
        state["m"] = hyper["alpha"] * state.get("m", 0.0) + (1 - hyper["alpha"]) * g
        square = square - state["m"] ** 2
    return _moved(g / _root(square, hyper["eps"], is_inside), state, hyper, velocity)


def _adadelta(g: Any, state: State, hyper: Hyper, above: bool, below: bool, has_rate: bool) -> Any:
    """eps inside the root (`above` and `below` the fraction), and the learning rate in the steps that are averaged."""
    rho, eps, steps = hyper["rho"], hyper["eps"], state.get("steps", 0.0)
    step = _root(steps, eps, above) / _root(_mean_square(g, state, rho, "zero"), eps, below) * g
    moved = hyper["lr"] * step
    state["steps"] = rho * steps + (1 - rho) * (moved if has_rate else step) ** 2
    return moved


def _adam(g: Any, state: State, hyper: Hyper, eps_at: str, largest: str = "as shown") -> Any:
    """AMSGrad's largest mean of the squares is torch's, if the hyper-parameters say so, or of "corrected" ones."""
    first, second = hyper["betas"]
    square = _mean_square(g, state, second, "zero")
    state["m"] = first * state.get("m", 0.0) + (1 - first) * g
    of_first, of_second = 1 - first ** state["t"], 1 - second ** state["t"]
    if largest == "corrected":
        state["largest"] = np.maximum(state.get("largest", 0.0), square / of_second)
        square = state["largest"] * of_second
    elif hyper.get("amsgrad"):
        square = state["largest"] = np.maximum(state.get("largest", 0.0), square)
    if eps_at == "uncorrected":
        return hyper["lr"] * np.sqrt(of_second) / of_first * state["m"] / (np.sqrt(square) + hyper["eps"])
    return hyper["lr"] * (state["m"] / of_first) / _root(square / of_second, hyper["eps"], eps_at == "inside")


def _variants(
    rule: Callable[..., Any], needed: tuple[str, ...], *choices: dict[str, Any]
) -> list[tuple[Rule, tuple[str, ...]]]:
    return [(partial(rule, **choice), needed) for choice in choices]


def _each(**options: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Every choice among the options, the first of all first."""
    return [dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())]


_PLACES, _INSIDE_FIRST = (False, True), (True, False)
_EPS_AT = ("outside", "inside", "uncorrected")
RULES: dict[str, list[tuple[Rule, Needed]]] = {
    "SGD": _variants(_sgd, ("momentum",), *_each(velocity=("gradients", "steps", "average", "corrected"))),
    "Adagrad": _variants(_adagrad, ("eps",), *_each(is_inside=_PLACES)),
    "RMSprop": _variants(
        _rmsprop,
        ("alpha", "eps"),
        *_each(begins=("zero", "square", "one", "corrected"), is_inside=_PLACES, velocity=("gradients", "steps")),
    ),
    "Adadelta": _variants(
        _adadelta, ("rho", "eps"), *_each(above=_INSIDE_FIRST, below=_INSIDE_FIRST, has_rate=_PLACES)
    ),
    "Adam": _variants(
        _adam,
        ("betas", "eps"),
        *_each(largest=("as shown", "corrected"), eps_at=_EPS_AT),
    ),
}
