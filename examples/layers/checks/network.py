"""A network made of layers: sets one up with given parameters, and models what students get wrong about its loss."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from layer import Rng
from layer_misconceptions import COMMON, Misconceptions, held, softmax

from grader.api import Verdict, fetch
from grader.oracles.layers import Inputs, Shapes, softmax_loss
from grader.oracles.numeric import Case, Numbers, Question, gradient, judge

NEGATIVE = 0.25  # of the scores
SPREAD = 0.3  # of the drawn parameters: large enough for every part of the network to matter


def squares(reg: Any, *weights: Any) -> Numbers:
    """L2 regularisation, with its half."""
    return 0.5 * reg * sum((w**2).sum() for w in weights)


@dataclass(frozen=True, slots=True)
class Network:
    """A network whose loss is that of softmax, with L2 regularisation of the weights.

    constructor: the expression with which a student would make one. computes: the scores (N, C), from X and the
    parameters by name. make: makes the student's network for these inputs and parameters. draw: random shapes, of X and
    of the parameters by name.
    """

    constructor: str
    computes: Callable[..., Numbers]
    make: Callable[[Any, Any, Shapes, float, float], Any]  # module, X, shapes, weight_scale, reg
    draw: Callable[[Rng], tuple[tuple[int, ...], Shapes]]

    def loss(self, X: Any, y: Any, reg: Any, **params: Any) -> Numbers:
        weights = [value for name, value in params.items() if name.startswith("W")]
        return softmax_loss(self.computes(X, **params), y) + squares(reg, *weights)

    def inputs(self, rng: Rng) -> tuple[Inputs, Inputs]:
        """X, labels and the strength of regularisation; and the parameters. A quarter of the scores at least are
        negative, as they are in most draws: where none is, a ReLU behind them does not show."""
        shape, shapes = self.draw(rng)
        X, params = rng.normal(size=shape), {}
        while not params or (self.computes(X, **params) < 0).mean() < NEGATIVE:
            params = {name: SPREAD * rng.normal(size=size) for name, size in shapes.items()}
        labels = rng.integers(0, [*shapes.values()][-1][0], shape[0])
        return {"X": X, "y": labels, "reg": np.array(round(rng.uniform(0.2, 0.9), 3))}, params

    def asks(self, module: Any, params: Inputs, read: Callable[..., Any]) -> Callable[..., Any]:
        """A function of the case's values that returns `read(net, X, y)` of the student's network with them."""

        def ask(X: Any, y: Any, reg: Any, *values: Any) -> Any:
            return fetch(read(self._with_params(module, X, reg, dict(zip(params, values, strict=True))), X, y))

        return ask

    def _with_params(self, module: Any, X: Any, reg: Any, params: Inputs) -> Any:
        """The student's network with these parameters, a handle."""
        net = self.make(module, X, {name: value.shape for name, value in params.items()}, 1e-2, reg.item())
        net_params = net.params
        for name, value in params.items():
            net_params[name] = value
        return net

    def judge_loss(self, module: Any, rng: Rng) -> Verdict:
        """Judge the scores, then the loss."""
        inputs, params = self.inputs(rng)
        scores = self._case("scores", inputs, params, self.computes(inputs["X"], **params), "net.loss(X)")
        loss = self._case("loss", inputs, params, self.loss(**inputs, **params), "net.loss(X, y)[0]")
        questions = (
            (scores, self._wrong_scores(), lambda net, X, y: net.loss(X)),
            (loss, self._wrong_losses([*params]), lambda net, X, y: net.loss(X, y)[0]),
        )
        return Verdict.of_all(
            judge(self.asks(module, params, read), Question([case], [], misconceptions))
            for case, misconceptions, read in questions
        )

    def judge_gradients(self, module: Any, rng: Rng, kind: str) -> Verdict:
        """Judge the gradients with respect to all weights (kind "W") or all biases ("b"), of one call of `loss`."""
        inputs, params = self.inputs(rng)

        @cache
        def grads() -> Any:
            net = self._with_params(module, inputs["X"], inputs["reg"], params)
            return net.loss(inputs["X"], inputs["y"])[1]

        def judged(name: str) -> Verdict:
            right = gradient(self.loss, {**inputs, **params}, name)
            case = self._case(f"grads[{name!r}]", inputs, params, right, f"net.loss(X, y)[1][{name!r}]")
            return judge(lambda *values: fetch(grads()[name]), Question([case], [], self._wrong_gradients(name)))

        return Verdict.of_all(judged(name) for name in params if name.startswith(kind))

    def _case(self, result: str, inputs: Inputs, params: Inputs, right: Any, call: str) -> Case:
        filled = ", ".join(f"{name}={name}" for name in params)
        lines = f"net = {self.constructor}\nnet.params.update({filled})\n{call}"
        return Case(result, {**inputs, **params}, np.asarray(right), call=lines)

    def _wrong_scores(self) -> Misconceptions:
        return (
            held("probabilities-for-scores", lambda c: softmax(c.right)),
            held("relu-behind-the-scores", lambda c: np.maximum(c.right, 0)),
        )

    def _wrong_losses(self, names: list[str]) -> Misconceptions:
        weights = [name for name in names if name.startswith("W")]

        def penalised(*by: str, factor: float = 1.0) -> Callable[[Any], Any]:
            """The right loss, but with `factor` times the penalty on these parameters."""
            every = lambda c, names: squares(c.reg, *(getattr(c, name) for name in names))  # noqa: E731
            return lambda c: c.right - every(c, weights) + factor * every(c, by)

        return (
            held("regularisation-missing", penalised(factor=0.0)),
            held("regularisation-without-half", penalised(*weights, factor=2.0)),
            held("biases-regularised", penalised(*names), penalised(*names, factor=2.0)),
            held("one-layer-regularised", *map(penalised, weights)),
        )

    def _wrong_gradients(self, name: str) -> Misconceptions:
        def penalised(more: float) -> Callable[[Any], Any]:
            return lambda c: c.right + more * c.reg * getattr(c, name)

        if name.startswith("b"):
            return (held("biases-regularised", penalised(1.0), penalised(2.0)), *COMMON)
        missing, doubled = (
            held("regularisation-missing", penalised(-1.0)),
            held("regularisation-doubled", penalised(1.0)),
        )
        return (missing, doubled, held("regularisation-halved", penalised(-0.5)), *COMMON)
