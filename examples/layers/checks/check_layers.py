"""Twenty-four points for the layers: forward, and backward through what the forward pass kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import layer_misconceptions as known
import numpy as np
from dropout import judge_mask, kept_probabilities, masked
from layer import (
    AFFINE,
    BATCHNORM,
    CONV,
    MAX_POOL,
    RELU,
    Inputs,
    Layer,
    Rng,
    affine_inputs,
    batchnorm_inputs,
    conv_inputs,
    pool_inputs,
    relu_inputs,
    with_upstream,
)
from mathematics import gradient, softmax_loss, svm_loss

from grader.api import Verdict, fetch, module, points
from grader.oracles.numeric import Case, Question, judge

layers = module("cs231n.layers")
LARGE = 1e3  # exp overflows at 709


def counted(shape: tuple[int, ...], first: float = 1.0) -> Any:
    return first + np.arange(float(np.prod(shape))).reshape(shape)


# The smallest inputs, for a student to see where a function fails.
SMALL: dict[Layer | str, Sequence[Inputs]] = {
    AFFINE.forward: [
        {"x": counted(shape), "w": counted((shape[1] * shape[2], 1)), "b": np.array([1.0])}
        for shape in ((1, 1, 2), (2, 1, 2), (2, 2, 2))
    ],
    RELU.forward: [{"x": np.array([[2.0, -1.0]])}, {"x": np.array([[2.0, -1.0], [-3.0, 1.0]])}],
    BATCHNORM.forward: [
        {"x": np.array(x), "gamma": np.array(gamma), "beta": np.array(beta), "eps": np.array(0.25)}
        for x, gamma, beta in (
            ([[0.0], [2.0]], [1.0], [0.0]),
            ([[0.0], [2.0], [4.0]], [2.0], [1.0]),
            ([[0.0, 1.0], [2.0, 1.0], [4.0, 7.0]], [2.0, 1.0], [1.0, 0.0]),
        )
    ],
    CONV.forward: [
        {
            "x": counted((samples, 1, size, size)),
            "w": counted((1, 1, 2, 2)),
            "b": np.array([1.0]),
            "stride": np.array(stride),
            "pad": np.array(pad),
        }
        for samples, size, stride, pad in ((1, 2, 1, 0), (1, 2, 2, 1), (2, 2, 2, 0), (1, 3, 1, 0))
    ],
    MAX_POOL.forward: [
        {"x": x, **{name: np.array(value) for name, value in numbers.items()}}
        for x, numbers in (
            (counted((1, 1, 2, 2)), {"pool_height": 2, "pool_width": 2, "stride": 2}),
            (counted((1, 1, 2, 2), -5), {"pool_height": 2, "pool_width": 2, "stride": 2}),
            (counted((1, 1, 2, 3)), {"pool_height": 2, "pool_width": 1, "stride": 1}),
            (-counted((1, 1, 2, 3), -4), {"pool_height": 2, "pool_width": 2, "stride": 1}),
        )
    ],
}
SCORES = [
    {"x": np.array(x), "y": np.array(y)}
    for x, y in (([[0.0, 1.0]], [0]), ([[2.0, 0.0, 1.5]], [1]), ([[0.0, 1.0], [2.0, 0.0]], [1, 0]))
]


def judge_forward(layers: Any, layer: Layer, inputs: Sequence[Inputs], mistakes: known.Known) -> Verdict:
    small = [layer.forward_case(each) for each in SMALL[layer.forward]]
    question = Question([layer.forward_case(each) for each in inputs], small, mistakes)
    return judge(layer.asks_forward(layers), question)


def judge_backward(
    layers: Any, layer: Layer, result: str, rng: Rng, inputs: Sequence[Inputs], mistakes: known.Known
) -> Verdict:
    drawn = [layer.backward_case(result, with_upstream(rng, layer, each)) for each in inputs]
    small = [
        layer.backward_case(result, {**each, "dout": counted(layer.computes(**each).shape)})
        for each in SMALL[layer.forward]
    ]
    return judge(layer.asks_backward(layers, result), Question(drawn, small, mistakes))


@points("1.1")
def check_affine_forward(layers: Any, rng: Rng) -> Verdict:
    """The affine layer computes xw + b for a batch of any shape."""
    return judge_forward(layers, AFFINE, [affine_inputs(rng)], known.AFFINE_OUT)


@points("1.2", part="dx")
def check_affine_dx(layers: Any, rng: Rng) -> Verdict:
    """The affine layer's dx is right."""
    return judge_backward(layers, AFFINE, "dx", rng, [affine_inputs(rng)], known.AFFINE_DX)


@points("1.2", part="dw")
def check_affine_dw(layers: Any, rng: Rng) -> Verdict:
    """The affine layer's dw is right."""
    return judge_backward(layers, AFFINE, "dw", rng, [affine_inputs(rng)], known.AFFINE_DW)


@points("1.2", part="db")
def check_affine_db(layers: Any, rng: Rng) -> Verdict:
    """The affine layer's db is right."""
    return judge_backward(layers, AFFINE, "db", rng, [affine_inputs(rng)], known.AFFINE_DB)


@points("1.3")
def check_relu_forward(layers: Any, rng: Rng) -> Verdict:
    """ReLU keeps what is positive."""
    return judge_forward(layers, RELU, [relu_inputs(rng)], known.RELU_OUT)


@points("1.4")
def check_relu_backward(layers: Any, rng: Rng) -> Verdict:
    """ReLU's gradient passes where x is positive."""
    return judge_backward(layers, RELU, "dx", rng, [relu_inputs(rng)], known.RELU_DX)


LOSSES = {"softmax_loss": softmax_loss, "svm_loss": svm_loss}


def loss_case(name: str, result: str, inputs: Inputs) -> Case:
    computes, place = LOSSES[name], ("loss", "dx").index(result)
    right = gradient(computes, inputs, "x") if place else np.asarray(computes(**inputs))
    return Case(result, inputs, right, call=f"{name}(x, y)[{place}]")


def judge_loss(layers: Any, name: str, result: str, inputs: Inputs, mistakes: known.Known) -> Verdict:
    def ask(x: Any, y: Any) -> Any:
        return getattr(layers, name)(x, y)[("loss", "dx").index(result)]

    small = [loss_case(name, result, each) for each in SCORES]
    return judge(ask, Question([loss_case(name, result, inputs)], small, mistakes))


def scores(rng: Rng) -> Inputs:
    """Some margins of the hinge loss violated and some not, none near its kink; of no two numbers of labels the same."""
    samples, classes = rng.permutation([4, 5, 6, 7])[:2]
    y = rng.integers(0, classes, samples)
    x = rng.choice([-1.0, 1.0], (samples, classes)) * rng.uniform(0.6, 1.4, (samples, classes))
    x[np.arange(samples), y] = rng.uniform(-0.3, 0.3, samples)
    return {"x": x, "y": y}


@points("1.5", part="loss")
def check_softmax_loss(layers: Any, rng: Rng) -> Verdict:
    """The loss is the mean cross-entropy of the softmax."""
    return judge_loss(layers, "softmax_loss", "loss", scores(rng), known.SOFTMAX_LOSS)


@points("1.5", part="dx")
def check_softmax_gradient(layers: Any, rng: Rng) -> Verdict:
    """The gradient of the softmax loss is right."""
    return judge_loss(layers, "softmax_loss", "dx", scores(rng), known.SOFTMAX_DX)


@points("1.6")
def check_softmax_of_large_scores(layers: Any, rng: Rng) -> Verdict:
    """Scores of a thousand, or of minus a thousand, neither overflow nor lose everything."""
    for offset in (LARGE, -LARGE):
        drawn = scores(rng)
        inputs = {**drawn, "x": drawn["x"] + offset}
        loss, dx = layers.softmax_loss(inputs["x"], inputs["y"])
        if _is_not_finite(loss) or _is_not_finite(dx):
            return Verdict.failed(known.NOT_SHIFTED.format(offset), "not-shifted")
        for result, mistakes in (("loss", known.SOFTMAX_LOSS), ("dx", known.SOFTMAX_DX)):
            verdict = judge_loss(layers, "softmax_loss", result, inputs, mistakes)
            if verdict.score < 1:
                return verdict
    return Verdict.passed()


def _is_not_finite(value: Any) -> bool:
    return isinstance(value, float | np.ndarray) and not np.isfinite(value).all()


@points("1.7", part="loss")
def check_svm_loss(layers: Any, rng: Rng) -> Verdict:
    """The loss is the mean multiclass hinge loss."""
    return judge_loss(layers, "svm_loss", "loss", scores(rng), known.SVM_LOSS)


@points("1.7", part="dx")
def check_svm_gradient(layers: Any, rng: Rng) -> Verdict:
    """The gradient of the SVM loss is right."""
    return judge_loss(layers, "svm_loss", "dx", scores(rng), known.SVM_DX)


@points("1.8")
def check_batchnorm_forward(layers: Any, rng: Rng) -> Verdict:
    """In training, batch normalisation uses the batch's own mean and variance."""
    return judge_forward(layers, BATCHNORM, [batchnorm_inputs(rng)], known.BATCHNORM_OUT)


def judge_running(layers: Any, rng: Rng, name: str, statistic: Any, mistakes: known.Known) -> Verdict:
    drawn = batchnorm_inputs(rng)
    features = drawn["x"].shape[1]
    olds = {"running_mean": rng.normal(size=features), "running_var": rng.uniform(0.5, 2.0, features)}
    others = {key: value for key, value in olds.items() if key != name}
    gamma, beta, eps = drawn["gamma"], drawn["beta"], drawn["eps"].item()

    def case(x: Any, old: Any, momentum: float) -> Case:
        right = known.update(old, statistic(x), momentum)
        written = f"{{'mode': 'train', 'momentum': momentum, {name!r}: {name}}}"
        call = f"ones = np.ones(x.shape[1])\nbn_param = {written}\nbatchnorm_forward(x, ones, ones, bn_param)\nbn_param[{name!r}]"
        return Case(name, {"x": x, name: old, "momentum": np.array(momentum)}, right, call=call)

    def ask(x: Any, old: Any, momentum: Any) -> Any:
        size = x.shape[1]
        param = {"mode": "train", "eps": eps, "momentum": momentum.item(), **others, name: old}
        kept = layers.keep({key: value[:size] if key in others else value for key, value in param.items()})
        layers.batchnorm_forward(x, gamma[:size], beta[:size], kept)
        return fetch(kept[name])

    cases = [case(drawn["x"], olds[name], round(rng.uniform(0.6, 0.95), 3))]
    return judge(ask, Question(cases, [case(np.array([[0.0], [4.0], [8.0]]), np.array([1.0]), 0.75)], mistakes))


@points("1.9", part="mean")
def check_running_mean(layers: Any, rng: Rng) -> Verdict:
    """The running mean keeps `momentum` of its old value."""
    return judge_running(layers, rng, "running_mean", lambda x: x.mean(axis=0), known.RUNNING_MEAN)


@points("1.9", part="variance")
def check_running_variance(layers: Any, rng: Rng) -> Verdict:
    """The running variance keeps `momentum` of its old value; the batch's variance is the uncorrected one."""
    return judge_running(layers, rng, "running_var", lambda x: x.var(axis=0), known.RUNNING_VARIANCE)


TEST_TIME = Layer(
    "batchnorm_forward",
    "batchnorm_backward",
    ("x", "gamma", "beta"),
    lambda x, gamma, beta, running_mean, running_var, eps: (
        gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    ),
    options=("running_mean", "running_var", "eps"),
    fixed={"mode": "test"},
)


@points("1.10")
def check_batchnorm_at_test_time(layers: Any, rng: Rng) -> Verdict:
    """At test time, batch normalisation uses the running statistics."""
    drawn = batchnorm_inputs(rng)
    eps, features = drawn.pop("eps"), drawn["x"].shape[1]
    statistics = {"running_mean": rng.normal(size=features), "running_var": rng.uniform(0.5, 2.0, features)}
    arrays = {"x": [[0.0], [2.0]], "gamma": [2.0], "beta": [1.0], "running_mean": [1.0], "running_var": [3.75]}
    small = {**{name: np.array(array) for name, array in arrays.items()}, "eps": np.array(0.25)}
    cases = [TEST_TIME.forward_case({**drawn, **statistics, "eps": eps})]
    return judge(TEST_TIME.asks_forward(layers), Question(cases, [TEST_TIME.forward_case(small)], known.TEST_TIME))


@points("1.11", part="dx")
def check_batchnorm_dx(layers: Any, rng: Rng) -> Verdict:
    """Batch normalisation's dx takes the ways through the mean and the variance."""
    return judge_backward(layers, BATCHNORM, "dx", rng, [batchnorm_inputs(rng)], known.BATCHNORM_DX)


@points("1.11", part="dgamma")
def check_batchnorm_dgamma(layers: Any, rng: Rng) -> Verdict:
    """Batch normalisation's dgamma is right."""
    return judge_backward(layers, BATCHNORM, "dgamma", rng, [batchnorm_inputs(rng)], known.BATCHNORM_DGAMMA)


@points("1.11", part="dbeta")
def check_batchnorm_dbeta(layers: Any, rng: Rng) -> Verdict:
    """Batch normalisation's dbeta is right."""
    return judge_backward(layers, BATCHNORM, "dbeta", rng, [batchnorm_inputs(rng)], known.BATCHNORM_DBETA)


@points("1.12")
def check_batchnorm_alt(layers: Any, rng: Rng) -> Verdict:
    """The simplified formula gives the same dx."""
    layer = replace(BATCHNORM, backward="batchnorm_backward_alt")
    return judge_backward(layers, layer, "dx", rng, [batchnorm_inputs(rng)], known.BATCHNORM_DX)


def dropped(layers: Any, rng: Rng, mode: str) -> tuple[Any, float, Any, Any]:
    """An input without zeros, dropout's p, and what the forward pass makes of them."""
    x = rng.choice([-1.0, 1.0], (40, 60)) * rng.uniform(0.5, 2.0, (40, 60))
    p = float(rng.choice([0.2, 0.25, 0.3, 0.7, 0.75, 0.8]))
    out, cache = layers.dropout_forward(x, {"mode": mode, "p": p, "seed": int(rng.integers(1 << 30))})
    return x, p, out, cache


@points("1.13", part="train")
def check_dropout_in_training(
    layers: Any, rng: Rng, files: Mapping[str, bytes], settings: Mapping[str, Any]
) -> Verdict:
    """In training, each output is kept with the right probability, and scaled so that its mean stays."""
    x, p, out, _ = dropped(layers, rng, "train")
    return judge_mask(x, p, out, kept_probabilities(p, files["cs231n/layers.py"], str(settings["dropout_p"])))


@points("1.13", part="test")
def check_dropout_at_test_time(layers: Any, rng: Rng) -> Verdict:
    """At test time, dropout changes nothing."""
    x, p, out, _ = dropped(layers, rng, "test")
    case = Case("out", {"x": x}, x, call=f"dropout_forward(x, {{'mode': 'test', 'p': {p}}})[0]")
    return judge(lambda x: out, Question([case], [], known.dropout_test(p)))


@points("1.14")
def check_dropout_backward(layers: Any, rng: Rng) -> Verdict:
    """The gradient goes back through what was kept, with the same scale."""
    x, p, out, cache = dropped(layers, rng, "train")
    dout = rng.normal(size=x.shape)
    mask = masked(x, out)
    if isinstance(mask, Verdict):
        return mask
    case = Case(
        "dx",
        {"dout": dout, "mask": mask},
        dout * mask,
        call=f"dropout_backward(dout, ({{'mode': 'train', 'p': {p}}}, mask))",
    )
    return judge(lambda dout, mask: layers.dropout_backward(dout, cache), Question([case], [], known.DROPOUT_DX))


@points("1.15")
def check_conv_forward(layers: Any, rng: Rng) -> Verdict:
    """The convolution is right, with stride and padding."""
    return judge_forward(layers, CONV, [conv_inputs(rng, 2, 1), conv_inputs(rng, 1, 1)], known.CONV_OUT)


@points("1.16", part="dx")
def check_conv_dx(layers: Any, rng: Rng) -> Verdict:
    """The convolution's dx is right, with stride and padding."""
    inputs = [conv_inputs(rng, 2, 1), conv_inputs(rng, 1, 1)]
    return judge_backward(layers, CONV, "dx", rng, inputs, known.CONV_DX)


@points("1.16", part="dw")
def check_conv_dw(layers: Any, rng: Rng) -> Verdict:
    """The convolution's dw is right, with stride and padding."""
    inputs = [conv_inputs(rng, 2, 1), conv_inputs(rng, 1, 1)]
    return judge_backward(layers, CONV, "dw", rng, inputs, known.CONV_DW)


@points("1.16", part="db")
def check_conv_db(layers: Any, rng: Rng) -> Verdict:
    """The convolution's db is right."""
    return judge_backward(layers, CONV, "db", rng, [conv_inputs(rng, 2, 1)], known.CONV_DB)


@points("1.17")
def check_max_pool_forward(layers: Any, rng: Rng) -> Verdict:
    """Each window gives its maximum, also where all are negative and where windows overlap."""
    inputs = [pool_inputs(rng, 2, 3.0), pool_inputs(rng, 1, -0.1)]
    return judge_forward(layers, MAX_POOL, inputs, known.POOL_OUT)


@points("1.18")
def check_max_pool_backward(layers: Any, rng: Rng) -> Verdict:
    """Each window's gradient goes to its maximum; where windows overlap, they add up."""
    inputs = [pool_inputs(rng, 2, 3.0), pool_inputs(rng, 1, -0.1)]
    return judge_backward(layers, MAX_POOL, "dx", rng, inputs, known.POOL_DX)
