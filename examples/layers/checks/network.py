"""A network made of layers: how one is set up with parameters of ours, and what people get wrong about its loss."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from layer import Rng
from layer_misconceptions import COMMON, Misconceptions, held, softmax

from grader.api import Verdict, fetch
from grader.oracles.layers import Inputs, Shapes, softmax_loss
from grader.oracles.numeric import Case, Numbers, Question, gradient, judge

SPREAD = 0.3  # of parameters of ours: large enough for every part of the network to matter


def squares(reg: Any, *weights: Any) -> Numbers:
    """L2 regularisation, with its half."""
    return 0.5 * reg * sum((w**2).sum() for w in weights)


@dataclass(frozen=True, slots=True)
class Network:
    """`computes` gives the scores of X and the parameters by name; the loss is softmax's, with L2 regularisation of the
    weights. `made` is how a student would make one, `make` makes
    one for inputs and parameters, and `draw` draws their sizes: the shape of X, the classes, the parameters' shapes."""

    constructor: str
    computes: Callable[..., Numbers]
    make: Callable[[Any, Any, Shapes, float, float], Any]  # module, X, shapes, weight_scale, reg
    draw: Callable[[Rng], tuple[tuple[int, ...], Shapes]]

    def loss(self, X: Any, y: Any, reg: Any, **params: Any) -> Numbers:
        weights = [value for name, value in params.items() if name.startswith("W")]
        return softmax_loss(self.computes(X, **params), y) + squares(reg, *weights)

    def inputs(self, rng: Rng) -> tuple[Inputs, Inputs]:
        """X, labels and the strength of regularisation; and the parameters."""
        shape, shapes = self.draw(rng)
        params = {name: SPREAD * rng.normal(size=size) for name, size in shapes.items()}
        labels = rng.integers(0, [*shapes.values()][-1][0], shape[0])
        return {"X": rng.normal(size=shape), "y": labels, "reg": np.array(round(rng.uniform(0.2, 0.9), 3))}, params

    def asks(self, module: Any, params: Inputs, read: Callable[..., Any]) -> Callable[..., Any]:
        """`read(net, X, y)` of a network with these parameters."""

        def ask(X: Any, y: Any, reg: Any, *values: Any) -> Any:
            shapes = {name: value.shape for name, value in zip(params, values, strict=True)}
            net = self.make(module, X, shapes, 1e-2, reg.item())
            net_params = net.params
            for name, value in zip(params, values, strict=True):
                net_params[name] = value
            return fetch(read(net, X, y))

        return ask

    def judge_loss(self, module: Any, rng: Rng) -> Verdict:
        """The scores, then the loss."""
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
        """By all weights (kind "W") or by all biases ("b")."""
        inputs, params = self.inputs(rng)

        def judged(name: str) -> Verdict:
            right = gradient(self.loss, {**inputs, **params}, name)
            case = self._case(f"grads[{name!r}]", inputs, params, right, f"net.loss(X, y)[1][{name!r}]")
            ask = self.asks(module, params, lambda net, X, y: net.loss(X, y)[1][name])
            return judge(ask, Question([case], [], self._wrong_gradients(name)))

        return Verdict.of_all(judged(name) for name in params if name.startswith(kind))

    def _case(self, result: str, inputs: Inputs, params: Inputs, right: Any, call: str) -> Case:
        filled = ", ".join(f"{name}={name}" for name in params)
        lines = f"net = {self.constructor}\nnet.params.update({filled})\n{call}"
        return Case(result, {**inputs, **params}, np.asarray(right), call=lines)

    def _wrong_scores(self) -> Misconceptions:
        return (held("probabilities-for-scores", lambda c: softmax(c.right)),)

    def _wrong_losses(self, names: list[str]) -> Misconceptions:
        weights = [name for name in names if name.startswith("W")]

        def penalised(*by: str, factor: float = 1.0) -> Callable[[Any], Any]:
            """The right loss with a penalty on other parameters, or on the right ones times a factor."""
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
