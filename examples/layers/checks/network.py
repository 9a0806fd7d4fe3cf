"""A network made of layers: how one is set up with parameters of ours, and what people get wrong about its loss."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from layer_misconceptions import Known, held, softmax
from mathematics import gradient, squares

from grader.api import Verdict, fetch
from grader.oracles.numeric import Case, Numbers, Question, common_misconceptions, judge

FALSE_ALARM = 1e-9  # the chance at most that right parameters are called wrong, for one array of them
Build = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Network:
    """What it computes: `scores` of X and the parameters by name, and `loss` of X, y, reg and those."""

    made: str  # how one is made, as a student would write it
    scores: Callable[..., Numbers]
    loss: Callable[..., Numbers]

    def judge_scores(self, build: Callable[[float], Any], X: Any, params: dict[str, Any]) -> Verdict:
        def ask(X: Any, *values: Any) -> Any:
            return fetch(filled(build(0.0), dict(zip(params, values, strict=True))).loss(X))

        case = Case("scores", {"X": X, **params}, self.scores(X, **params), call=f"{self._filled(params)}\nnet.loss(X)")
        return judge(ask, Question([case], [], self._wrong_scores(params)))

    def judge_loss(self, build: Callable[[float], Any], inputs: dict[str, Any], params: dict[str, Any]) -> Verdict:
        def ask(X: Any, y: Any, reg: Any, *values: Any) -> Any:
            return fetch(filled(build(reg.item()), dict(zip(params, values, strict=True))).loss(X, y)[0])

        right = np.asarray(self.loss(**inputs, **params))
        case = Case("loss", {**inputs, **params}, right, call=f"{self._filled(params)}\nnet.loss(X, y)[0]")
        return judge(ask, Question([case], [], self._wrong_losses(params)))

    def judge_gradient(
        self, build: Callable[[float], Any], inputs: dict[str, Any], params: dict[str, Any], name: str
    ) -> Verdict:
        def ask(X: Any, y: Any, reg: Any, *values: Any) -> Any:
            return fetch(filled(build(reg.item()), dict(zip(params, values, strict=True))).loss(X, y)[1][name])

        right = gradient(self.loss, {**inputs, **params}, name)
        call = f"{self._filled(params)}\nnet.loss(X, y)[1][{name!r}]"
        case = Case(f"grads[{name!r}]", {**inputs, **params}, right, call=call)
        return judge(ask, Question([case], [], self._wrong_gradients(name)))

    def judge_gradients(
        self, build: Callable[[float], Any], inputs: dict[str, Any], params: dict[str, Any], kind: str
    ) -> Verdict:
        """Of all weights (kind "W") or biases ("b"): the first verdict that is no full one."""
        names = [name for name in params if name.startswith(kind)]
        return first_failed(lambda name=name: self.judge_gradient(build, inputs, params, name) for name in names)

    def _filled(self, params: dict[str, Any]) -> str:
        return f"net = {self.made}\nnet.params.update({', '.join(f'{name}={name}' for name in params)})"

    def _wrong_scores(self, params: dict[str, Any]) -> Known:
        return (
            held(
                "probabilities-for-scores",
                "These are probabilities. The scores are asked for, and the softmax belongs to the loss.",
                lambda **given: softmax(self.scores(**given)),
            ),
        )

    def _wrong_losses(self, params: dict[str, Any]) -> Known:
        weights = [name for name in params if name.startswith("W")]

        def with_penalty(penalty: Callable[..., Numbers]) -> Callable[..., Numbers]:
            def loss(reg: Any, **given: Any) -> Numbers:
                return np.asarray(self.loss(reg=0.0, **given) + penalty(reg, given))

            return loss

        return (
            held("regularisation-missing", "The regularisation is missing.", with_penalty(lambda reg, given: 0.0)),
            held(
                "regularisation-without-half",
                "The regularisation is twice as large as it should be: its factor 0.5 is missing.",
                with_penalty(lambda reg, given: 2 * squares(reg, *(given[name] for name in weights))),
            ),
            held(
                "biases-regularised",
                "Biases are not regularised.",
                with_penalty(lambda reg, given: squares(reg, *(given[name] for name in params))),
            ),
            held(
                "one-layer-regularised",
                "Only one layer's weights are regularised; all of them are.",
                *(with_penalty(lambda reg, given, name=name: squares(reg, given[name])) for name in weights),
            ),
        )

    def _wrong_gradients(self, name: str) -> Known:
        def with_penalty(factor: float) -> Callable[..., Numbers]:
            def wrong(reg: Any, **given: Any) -> Numbers:
                return gradient(self.loss, {**given, "reg": 0.0}, name) + factor * reg * given[name]

            return wrong

        weights = (
            held("regularisation-missing", "The regularisation's gradient is missing.", with_penalty(0.0)),
            held(
                "regularisation-doubled",
                "The regularisation's gradient is twice as large: differentiate 0.5·reg·w².",
                with_penalty(2.0),
            ),
            held(
                "regularisation-halved",
                "The regularisation's gradient is half as large: differentiate 0.5·reg·w².",
                with_penalty(0.5),
            ),
        )
        biases = (held("biases-regularised", "Biases are not regularised.", with_penalty(1.0)),)
        return (*(weights if name.startswith("W") else biases), *common_misconceptions())


def filled(net: Any, params: dict[str, Any]) -> Any:
    """The network with parameters of ours in place of its own."""
    own = net.params
    for name, value in params.items():
        own[name] = value
    return net


def first_failed(judged: Any) -> Verdict:
    for each in judged:
        verdict: Verdict = each()
        if verdict.share < 1:
            return verdict
    return Verdict.passed()


def judge_parameters(net: Any, shapes: dict[str, tuple[int, ...]], scale: float) -> Verdict:
    """Whether the parameters of a new network have these shapes, weights that spread by `scale`, and biases of zero."""
    return first_failed(lambda name=name: _judge_parameter(net, name, shapes[name], scale) for name in shapes)


def _judge_parameter(net: Any, name: str, shape: tuple[int, ...], scale: float) -> Verdict:
    value = fetch(net.params[name])
    if not isinstance(value, np.ndarray) or value.shape != shape:
        got = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else "no array"
        return Verdict.failed(f"params[{name!r}] has to be an array of shape {shape}; it is {got}.")
    if name.startswith("b"):
        return Verdict.failed(f"params[{name!r}] is not zero.", "biases-not-zero") if value.any() else Verdict.passed()
    if spreads_by(value.astype(float).ravel() / scale):
        return Verdict.passed()
    got = f"mean {value.mean():.2g} and standard deviation {value.std():.2g}"
    sentence = f"params[{name!r}] has {got}; weights are normal with mean 0 and standard deviation {scale:g}."
    return Verdict.failed(sentence, "weights-of-another-spread")


def spreads_by(values: Any) -> bool:
    """Whether the values may be standard normal, by their mean and mean square.

    Bounds: Laurent, Massart: Adaptive Estimation of a Quadratic Functional, 2000, lemma 1, and the same for the mean;
    each is passed by chance with a probability of a quarter of FALSE_ALARM at most.
    """
    size, t = values.size, np.log(4 / FALSE_ALARM)
    square = (values**2).mean()
    low, high = 1 - 2 * np.sqrt(t / size), 1 + 2 * np.sqrt(t / size) + 2 * t / size
    return bool(np.isfinite(values).all() and low <= square <= high and abs(values.mean()) <= np.sqrt(2 * t / size))
