"""A network made of layers: how one is set up with parameters of ours, and what people get wrong about its loss."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from layer import Inputs, Rng
from layer_misconceptions import COMMON, SENTENCES, Known, held, softmax
from mathematics import gradient, squares

from grader.api import Verdict, fetch
from grader.oracles.numeric import Case, Numbers, Question, judge

FALSE_ALARM = 1e-9  # the chance at most that right parameters are called wrong, for one array of them
SPREAD = 0.3  # of parameters of ours: large enough for every part of the network to matter
Shapes: TypeAlias = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Network:
    """`computes` gives the scores of X and the parameters by name. `made` is how a student would make one, `make` makes
    one for inputs and parameters, and `draw` draws their sizes: the shape of X, the classes, the parameters' shapes."""

    made: str
    computes: Callable[..., Numbers]
    loss: Callable[..., Numbers]
    make: Callable[[Any, Any, Shapes, float, float], Any]  # module, X, shapes, weight_scale, reg
    draw: Callable[[Rng], tuple[tuple[int, ...], Shapes]]

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
        results = (
            (scores, self._wrong_scores(), lambda net, X, y: net.loss(X)),
            (loss, self._wrong_losses([*params]), lambda net, X, y: net.loss(X, y)[0]),
        )
        return first_failed(
            judge(self.asks(module, params, read), Question([case], [], known)) for case, known, read in results
        )

    def judge_gradients(self, module: Any, rng: Rng, kind: str) -> Verdict:
        """By all weights (kind "W") or by all biases ("b")."""
        inputs, params = self.inputs(rng)

        def judged(name: str) -> Verdict:
            right = gradient(self.loss, {**inputs, **params}, name)
            case = self._case(f"grads[{name!r}]", inputs, params, right, f"net.loss(X, y)[1][{name!r}]")
            ask = self.asks(module, params, lambda net, X, y: net.loss(X, y)[1][name])
            return judge(ask, Question([case], [], self._wrong_gradients(name)))

        return first_failed(judged(name) for name in params if name.startswith(kind))

    def _case(self, result: str, inputs: Inputs, params: Inputs, right: Any, call: str) -> Case:
        filled = ", ".join(f"{name}={name}" for name in params)
        lines = f"net = {self.made}\nnet.params.update({filled})\n{call}"
        return Case(result, {**inputs, **params}, np.asarray(right), call=lines)

    def _wrong_scores(self) -> Known:
        return (held("probabilities-for-scores", lambda c: softmax(c.right)),)

    def _wrong_losses(self, names: list[str]) -> Known:
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

    def _wrong_gradients(self, name: str) -> Known:
        def penalised(more: float) -> Callable[[Any], Any]:
            return lambda c: c.right + more * c.reg * getattr(c, name)

        if name.startswith("b"):
            return (held("biases-regularised", penalised(1.0), penalised(2.0)), *COMMON)
        missing, doubled = (
            held("regularisation-missing", penalised(-1.0)),
            held("regularisation-doubled", penalised(1.0)),
        )
        return (missing, doubled, held("regularisation-halved", penalised(-0.5)), *COMMON)


def first_failed(verdicts: Iterable[Verdict]) -> Verdict:
    """The first verdict that is no full one, and else a full one."""
    return next((verdict for verdict in verdicts if verdict.share < 1), Verdict.passed())


def judge_parameters(net: Any, shapes: Shapes, scale: float) -> Verdict:
    """Whether the parameters of a new network have these shapes, weights that spread by `scale`, and biases of zero."""
    return first_failed(_judge_parameter(fetch(net.params[name]), name, shapes[name], scale) for name in shapes)


def _judge_parameter(value: Any, name: str, shape: tuple[int, ...], scale: float) -> Verdict:
    if not isinstance(value, np.ndarray) or value.shape != shape:
        got = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else "no array"
        return Verdict.failed(f"params[{name!r}] has to be an array of shape {shape}; it is {got}.")
    if name.startswith("b"):
        wrong = "biases-not-zero" if value.any() else None
    else:
        wrong = None if may_be_normal(value.astype(float).ravel() / scale) else "weights-of-another-spread"
    got = f"params[{name!r}] has mean {value.mean():.2g} and standard deviation {value.std():.2g}"
    return Verdict.failed(f"{SENTENCES[wrong]} {got}, not {scale:g}.", wrong) if wrong else Verdict.passed()


def may_be_normal(values: Any) -> bool:
    """Whether values may be standard normal, by their mean and their mean square.

    Bounds: Laurent, Massart: Adaptive Estimation of a Quadratic Functional, 2000, lemma 1, and the Gaussian tail; each
    side of each is passed by chance with a probability of FALSE_ALARM / 4 at most.
    """
    size, t = values.size, np.log(4 / FALSE_ALARM)
    low, high = 1 - 2 * np.sqrt(t / size), 1 + 2 * np.sqrt(t / size) + 2 * t / size
    square, mean = (values**2).mean(), abs(values.mean())
    return bool(np.isfinite(values).all() and low <= square <= high and mean <= np.sqrt(2 * t / size))
