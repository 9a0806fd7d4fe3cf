"""Twenty-four points for the layers: forward, and backward through what the forward pass kept."""

from collections.abc import Callable, Mapping
from typing import Any

import layer_misconceptions as misconceptions
import numpy as np
from dropout import kept_probabilities
from layer import AFFINE, BATCHNORM, BATCHNORM_ALT, CONV, MAX_POOL, RELU, SMALL, TEST_TIME, UNPADDED, Rng

from grader.api import Verdict, fetch, keep, module, points
from grader.oracles.layers import CachedLayer, Inputs, dropout_mask, judge_dropout, softmax_loss, svm_loss
from grader.oracles.numeric import Case, Question, gradient, judge

layers = module("cs231n.layers")
LARGE = 1e3  # exp overflows at 709
FILE = "cs231n/layers.py"
Check = Callable[..., Verdict]


def forward(
    point: str, layer: CachedLayer, mistakes: misconceptions.Misconceptions, sentence: str, part: str | None = None
) -> Check:
    """The check that a layer's output is right."""

    def judged(layers: Any, rng: Rng) -> Verdict:
        return judge(layer.asks_forward(layers), layer.forward_question(rng, mistakes))

    return check(point, judged, sentence, part)


def backward(
    point: str,
    layer: CachedLayer,
    result: str,
    mistakes: misconceptions.Misconceptions,
    sentence: str,
    part: str | None,
) -> Check:
    """The check that one of the results of going back through a layer is right."""

    def judged(layers: Any, rng: Rng) -> Verdict:
        return judge(layer.asks_backward(layers, result), layer.backward_question(result, rng, mistakes))

    return check(point, judged, sentence, part)


def check(point: str, judged: Check, sentence: str, part: str | None) -> Check:
    judged.__doc__ = sentence
    return points(point, part=part)(judged)


check_affine_forward = forward(
    "1.1", AFFINE, misconceptions.AFFINE_OUT, "The output is xw + b for a batch of any shape."
)
check_affine_dx = backward("1.2", AFFINE, "dx", misconceptions.AFFINE_DX, "The affine layer's dx is right.", "dx")
check_affine_dw = backward("1.2", AFFINE, "dw", misconceptions.AFFINE_DW, "The affine layer's dw is right.", "dw")
check_affine_db = backward("1.2", AFFINE, "db", misconceptions.AFFINE_DB, "The affine layer's db is right.", "db")
check_relu_forward = forward("1.3", RELU, misconceptions.RELU_OUT, "ReLU keeps what is positive.")
check_relu_dx = backward("1.4", RELU, "dx", misconceptions.RELU_DX, "The gradient passes where x is positive.", None)
check_batchnorm_forward = forward(
    "1.8", BATCHNORM, misconceptions.BATCHNORM_OUT, "The batch's own mean and variance are used."
)
check_batchnorm_at_test_time = forward("1.10", TEST_TIME, misconceptions.TEST_TIME, "The running statistics are used.")
check_batchnorm_dx = backward(
    "1.11", BATCHNORM, "dx", misconceptions.BATCHNORM_DX, "dx goes through mean and variance, too.", "dx"
)
check_batchnorm_dgamma = backward(
    "1.11", BATCHNORM, "dgamma", misconceptions.BATCHNORM_DGAMMA, "dgamma is right.", "dgamma"
)
check_batchnorm_dbeta = backward("1.11", BATCHNORM, "dbeta", misconceptions.BATCHNORM_DBETA, "dbeta is right.", "dbeta")
check_batchnorm_alt = backward("1.12", BATCHNORM_ALT, "dx", misconceptions.BATCHNORM_DX, "The same dx.", None)
check_conv_forward = forward("1.15", CONV, misconceptions.CONV_OUT, "Right with stride and padding.", "padded")
check_conv_unpadded = forward("1.15", UNPADDED, misconceptions.CONV_OUT, "Right where nothing is padded.", "unpadded")
check_conv_dx = backward("1.16", CONV, "dx", misconceptions.CONV_DX, "dx is right, with stride and padding.", "dx")
check_conv_unpadded_dx = backward("1.16", UNPADDED, "dx", misconceptions.CONV_DX, "Right without padding.", "unpadded")
check_conv_dw = backward("1.16", CONV, "dw", misconceptions.CONV_DW, "dw is right, with stride and padding.", "dw")
check_conv_db = backward("1.16", CONV, "db", misconceptions.CONV_DB, "db is right.", "db")
check_max_pool_forward = forward(
    "1.17", MAX_POOL, misconceptions.POOL_OUT, "Each window gives its maximum, overlapping or not."
)
check_max_pool_dx = backward(
    "1.18", MAX_POOL, "dx", misconceptions.POOL_DX, "A window's gradient is its maximum's.", None
)

RESULTS = ("loss", "dx")
LOSSES = {"softmax_loss": softmax_loss, "svm_loss": svm_loss}


def scores(rng: Rng, offset: float = 0.0) -> Inputs:
    """Some margins of the hinge loss violated and some not, none near its kink."""
    samples, classes = rng.permutation([4, 5, 6, 7])[:2]
    y, each = rng.permutation(np.arange(samples) % classes), np.arange(samples)
    x = rng.choice([-1.0, 1.0], (samples, classes)) * rng.uniform(0.6, 1.4, (samples, classes))
    x[each, y] = rng.uniform(-0.3, 0.3, samples)
    for place, margin in ((1, -0.5), (2, 0.5), (3, 1.5)):  # by less than the margin on one side, and on the other
        x[each, (y + place) % classes] = x[each, y] + margin - 1
    return {"x": x + offset, "y": y}


def loss_case(name: str, result: str, inputs: Inputs) -> Case:
    right = np.asarray(LOSSES[name](**inputs)) if result == "loss" else gradient(LOSSES[name], inputs, "x")
    return Case(result, inputs, right, call=f"{name}(x, y)[{RESULTS.index(result)}]")


def judge_loss(layers: Any, name: str, result: str, inputs: Inputs, mistakes: misconceptions.Misconceptions) -> Verdict:
    small = [loss_case(name, result, each) for each in SMALL["scores"]]
    ask = lambda x, y: getattr(layers, name)(x, y)[RESULTS.index(result)]  # noqa: E731
    return judge(ask, Question([loss_case(name, result, inputs)], small, mistakes))


def loss(point: str, name: str, result: str, mistakes: misconceptions.Misconceptions, sentence: str) -> Check:
    """The check that one of the two results of a loss is right."""

    def judged(layers: Any, rng: Rng) -> Verdict:
        return judge_loss(layers, name, result, scores(rng), mistakes)

    return check(point, judged, sentence, result)


SOFTMAX, SVM = LOSSES
check_softmax_loss = loss("1.5", SOFTMAX, "loss", misconceptions.SOFTMAX_LOSS, "The loss is the mean cross-entropy.")
check_softmax_dx = loss("1.5", SOFTMAX, "dx", misconceptions.SOFTMAX_DX, "The gradient of the softmax loss is right.")
check_svm_loss = loss("1.7", SVM, "loss", misconceptions.SVM_LOSS, "The loss is the mean multiclass hinge loss.")
check_svm_dx = loss("1.7", SVM, "dx", misconceptions.SVM_DX, "The gradient of the SVM loss is right.")


@points("1.6")
def check_softmax_of_large_scores(layers: Any, rng: Rng) -> Verdict:
    """Scores of about a thousand, or of minus a thousand, neither overflow nor lose everything."""

    def judged(inputs: Inputs, result: str, mistakes: misconceptions.Misconceptions) -> Verdict:
        came = layers.softmax_loss(**inputs)
        if any(isinstance(value, float | np.ndarray) and not np.isfinite(value).all() for value in came):
            return Verdict.failed(misconceptions.SENTENCES["not-shifted"], "not-shifted")
        return judge_loss(layers, "softmax_loss", result, inputs, mistakes)

    pairs = zip(RESULTS, (misconceptions.SOFTMAX_LOSS, misconceptions.SOFTMAX_DX), strict=True)
    return Verdict.of_all(judged(scores(rng, large), *each) for each in pairs for large in (LARGE, -LARGE))


def judge_running(
    layers: Any, rng: Rng, name: str, statistic: Callable[[Any], Any], mistakes: misconceptions.Misconceptions
) -> Verdict:
    """One of the running statistics, after a batch. The dictionary that they are kept in stays with the student."""

    def case(x: Any, old: Any, momentum: float) -> Case:
        param = f"{{'mode': 'train', 'momentum': momentum, {name!r}: old}}"
        call = f"bn_param = {param}\nbatchnorm_forward(x, old, old, bn_param)\nbn_param[{name!r}]"
        inputs = {"x": x, "old": old, "new": statistic(x), "momentum": np.array(momentum)}
        return Case(name, inputs, misconceptions.update(old, statistic(x), momentum), call=call)

    def ask(x: Any, old: Any, _: Any, momentum: Any) -> Any:
        ones, mode = np.ones(x.shape[1]), {"mode": "train", "momentum": momentum.item()}
        bn_param = keep(layers, "bn_param", {"running_mean": ones, "running_var": ones, **mode, name: old})
        layers.batchnorm_forward(x, ones, ones, bn_param)
        return fetch(bn_param[name])

    (inputs,) = BATCHNORM.draw(rng)
    random_case = case(inputs["x"], rng.uniform(0.5, 2.0, inputs["x"].shape[1]), round(rng.uniform(0.6, 0.95), 3))
    return judge(ask, Question([random_case], [case(np.array([[0.0], [4.0], [8.0]]), np.array([1.0]), 0.75)], mistakes))


STATISTICS = {
    "mean": ("running_mean", lambda x: x.mean(axis=0), misconceptions.RUNNING),
    "variance": ("running_var", lambda x: x.var(axis=0), misconceptions.RUNNING_VARIANCE),
}


@points("1.9", part=[*STATISTICS])
def check_running_statistics(layers: Any, rng: Rng, part: str) -> Verdict:
    """Running mean and variance keep `momentum` of their old value; the batch's variance is the uncorrected one."""
    return judge_running(layers, rng, *STATISTICS[part])


def dropped(layers: Any, rng: Rng, mode: str) -> tuple[Any, float, Any, Any]:
    """An input without zeros, dropout's p, and what the forward pass makes of them."""
    x = rng.choice([-1.0, 1.0], (40, 60)) * rng.uniform(0.5, 2.0, (40, 60))
    p = float(rng.choice([0.2, 0.25, 0.3, 0.7, 0.75, 0.8]))
    return x, p, *layers.dropout_forward(x, {"mode": mode, "p": p, "seed": int(rng.integers(1 << 30))})


@points("1.13", part="train")
def check_dropout_in_training(
    layers: Any, rng: Rng, files: Mapping[str, bytes], settings: Mapping[str, Any]
) -> Verdict:
    """In training, each output is kept with the right probability, and scaled so that its mean stays."""
    x, p, out, _ = dropped(layers, rng, "train")
    probabilities = kept_probabilities(p, files[FILE], str(settings["dropout_p"]))
    return judge_dropout(x, p, out, probabilities, misconceptions.DROPOUT_OUT)


@points("1.13", part="test")
def check_dropout_at_test_time(layers: Any, rng: Rng) -> Verdict:
    """At test time, dropout changes nothing."""
    x, p, out, _ = dropped(layers, rng, "test")
    return judge(
        lambda *_: out, Question([Case("out", {"x": x, "p": np.array(p)}, x)], [], misconceptions.DROPOUT_TEST)
    )


@points("1.14")
def check_dropout_backward(layers: Any, rng: Rng) -> Verdict:
    """The gradient goes back through what was kept, with the same scale."""
    x, _, out, cache = dropped(layers, rng, "train")
    dout, mask = rng.normal(size=x.shape), dropout_mask(x, out)
    if isinstance(mask, Verdict):
        return mask
    question = Question([Case("dx", {"dout": dout, "mask": mask}, dout * mask)], [], misconceptions.DROPOUT_DX)
    return judge(lambda dout, _: layers.dropout_backward(dout, cache), question)
