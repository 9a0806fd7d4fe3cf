"""What people who hold a misconception about a layer would return for it: models that are run on the same inputs."""

from collections.abc import Callable
from typing import Any

import numpy as np
from mathematics import affine, batchnorm, conv, max_pool, padded, windows

from grader.oracles.numeric import Case, Misconception, Model, Numbers, common_misconceptions, of_result

Known = tuple[Misconception[Model], ...]


def held(name: str, sentence: str, *models: Callable[..., Numbers]) -> Misconception[Model]:
    """A misconception whose models take a case's inputs by name."""
    return Misconception(name, sentence, tuple(lambda case, model=model: model(**case.inputs) for model in models))


def changed(name: str, sentence: str, *changes: Callable[[Any], Numbers]) -> Misconception[Model]:
    """A misconception whose models change the right result."""
    return Misconception(name, sentence, tuple(model for change in changes for model in of_result(change)))


def scaled(name: str, sentence: str, factor: Callable[[Case], Any]) -> Misconception[Model]:
    """The right result times something that depends on the inputs."""
    return Misconception(name, sentence, (lambda case: case.expected * factor(case),))


def samples_of(case: Case) -> int:
    return len(case.inputs["x"])


COMMON = common_misconceptions()
MEAN_FOR_SUM = scaled(
    "mean-for-sum",
    "This is divided by the number of samples. The upstream gradient already belongs to a loss that is a mean; a "
    "parameter's gradient is the sum of what all samples contribute.",
    lambda case: 1 / samples_of(case),
)
LAST_SAMPLE = "Only the last sample's contribution is left. Is there an `=` in the loop where `+=` is meant?"

AFFINE_OUT: Known = (
    held("bias-missing", "The bias is not added.", lambda x, w, b: affine(x, w, 0 * b)),
    held(
        "columns-first",
        "The axes of a sample are flattened in another order than `reshape` does it.",
        lambda x, w, b: x.reshape(len(x), -1, order="F") @ w + b,
    ),
)
AFFINE_DX: Known = (
    held(
        "flat-gradient",
        "dx is right, but flat: it has to have the shape that x came in.",
        lambda x, w, b, dout: dout @ w.T,
    ),
    MEAN_FOR_SUM,
    *COMMON,
)
AFFINE_DW: Known = (
    MEAN_FOR_SUM,
    held(
        "last-sample-only",
        LAST_SAMPLE,
        lambda x, w, b, dout: np.outer(x[-1].ravel(), dout[-1]),
    ),
    *COMMON,
)
AFFINE_DB: Known = (
    MEAN_FOR_SUM,
    held(
        "summed-over-everything",
        "This is one sum over all entries. Each output has a bias of its own.",
        lambda x, w, b, dout: dout.sum() + 0 * b,
        lambda x, w, b, dout: np.array(dout.sum()),
    ),
    held("samples-not-summed", "The samples' gradients are not summed up.", lambda x, w, b, dout: dout),
    *COMMON,
)

RELU_OUT: Known = (
    held("absolute-value", "ReLU keeps positive values and drops negative ones; it mirrors none.", np.abs),
    held("step-function", "This is the mask of positive values, not the values.", lambda x: (x > 0) * 1.0),
    held("leaky", "Negative values leak through. ReLU is zero there.", lambda x: np.where(x > 0, x, 0.01 * x)),
)
RELU_DX: Known = (
    held(
        "mask-of-dout",
        "The gradient is cut off where it is negative itself. What decides is the sign of the layer's input x.",
        lambda x, dout: dout * (dout > 0),
    ),
    held("mask-missing", "The gradient passes unchanged. Where x is negative, nothing passes.", lambda x, dout: dout),
    held("mask-alone", "This is the mask; the upstream gradient is missing.", lambda x, dout: (x > 0) * 1.0),
    held("times-the-output", "The upstream gradient is multiplied by the output.", lambda x, dout: dout * x * (x > 0)),
    *COMMON,
)


def softmax(x: Any) -> Numbers:
    exp = np.exp(x - x.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def chosen(x: Any, y: Any) -> Numbers:
    return (np.arange(x.shape[1]) == y[:, np.newaxis]) * 1.0


NOT_DIVIDED = scaled("not-divided", "This belongs to the sum over all samples; the loss is their mean.", samples_of)
NOT_SHIFTED = (
    "For scores of about {:g} the result is not finite: exp overflows, or is 0 for every class. What can be subtracted "
    "from all scores of a sample without changing its softmax?"
)
SOFTMAX_LOSS: Known = (
    NOT_DIVIDED,
    held(
        "logarithm-missing",
        "The loss is the mean of minus the logarithm of the right class's probability.",
        lambda x, y: -(softmax(x) * chosen(x, y)).sum() / len(x),
        lambda x, y: (softmax(x) * chosen(x, y)).sum() / len(x),
    ),
    changed("wrong-sign", "The sign is wrong: a loss of probabilities below 1 is positive.", np.negative),
)
SOFTMAX_DX: Known = (
    NOT_DIVIDED,
    held(
        "right-class-not-subtracted",
        "These are the probabilities divided by N. The right class's score occurs in the loss a second time.",
        lambda x, y: softmax(x) / len(x),
    ),
    held(
        "right-class-after-dividing",
        "1 is subtracted after the division by N, and so it is N times too much.",
        lambda x, y: softmax(x) / len(x) - chosen(x, y),
    ),
    *COMMON,
)


def hinge(x: Any, y: Any, margin: float = 1.0) -> Numbers:
    return np.maximum(0, x - (x * chosen(x, y)).sum(axis=1, keepdims=True) + margin)


SVM_LOSS: Known = (
    held(
        "right-class-counted",
        "The loss is too large by the margin: the right class is counted as if it were a wrong one.",
        lambda x, y: hinge(x, y).sum() / len(x),
    ),
    NOT_DIVIDED,
    held("margin-missing", "The margin of 1 is missing.", lambda x, y: hinge(x, y, 0.0).sum() / len(x)),
    held(
        "mean-over-classes",
        "This is the mean over the classes as well; over them the loss is a sum.",
        lambda x, y: (hinge(x, y) - chosen(x, y)).sum() / x.size,
        lambda x, y: (hinge(x, y) - chosen(x, y)).sum() / (x.size - len(x)),
    ),
)


def violated(x: Any, y: Any) -> Numbers:
    return (hinge(x, y) > 0) * (1 - chosen(x, y))


SVM_DX: Known = (
    NOT_DIVIDED,
    held(
        "right-class-missing",
        "The right class's score has a gradient as well: it is in every margin, with a minus.",
        lambda x, y: violated(x, y) / len(x),
    ),
    held(
        "right-class-once",
        "The right class's score is in every margin that is violated: -1 for each of them, not -1 in all.",
        lambda x, y: (violated(x, y) - chosen(x, y)) / len(x),
    ),
    held(
        "right-class-counted",
        "The right class is counted as if it were a wrong one.",
        lambda x, y: (violated(x, y) - chosen(x, y) * (violated(x, y).sum(axis=1, keepdims=True) + 1)) / len(x),
        lambda x, y: (violated(x, y) + chosen(x, y) * (1 - violated(x, y).sum(axis=1, keepdims=True))) / len(x),
    ),
    *COMMON,
)


def normalised(x: Any, eps: Any) -> Numbers:
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


CORRECTED = "The variance is divided by N - 1. Here the uncorrected one counts, which is divided by N."
BATCHNORM_OUT: Known = (
    held(
        "corrected-variance",
        CORRECTED,
        lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta,
    ),
    held("scale-missing", "gamma does not scale the result.", lambda x, gamma, beta, eps: normalised(x, eps) + beta),
    held("shift-missing", "beta is not added.", lambda x, gamma, beta, eps: gamma * normalised(x, eps)),
    held(
        "eps-outside-the-root",
        "eps is added to the standard deviation; it belongs under the root, beside the variance.",
        lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta,
    ),
    held(
        "eps-missing",
        "eps is not added to the variance.",
        lambda x, gamma, beta, eps: batchnorm(x, gamma, beta, 0),
    ),
    held(
        "divided-by-variance",
        "The centred values are divided by the variance; by its root they get a variance of 1.",
        lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + eps) + beta,
    ),
    held(
        "normalised-per-sample",
        "Each sample is normalised by its own features. Each feature has to be, over the samples.",
        lambda x, gamma, beta, eps: gamma * normalised(x.T, eps).T + beta,
    ),
)
SAMPLES_MEAN = scaled(
    "mean-for-sum",
    "This is the mean over the samples. All samples share the parameter: it is the sum.",
    lambda case: 1 / samples_of(case),
)


def through_statistics(x: Any, gamma: Any, beta: Any, eps: Any, dout: Any, mean: bool, variance: bool) -> Numbers:
    """batchnorm's dx with only some of the ways that lead through the batch's statistics."""
    d, hat = dout * gamma, normalised(x, eps)
    d = d - mean * d.mean(axis=0) - variance * hat * (d * hat).mean(axis=0)
    return d / np.sqrt(x.var(axis=0) + eps)


BATCHNORM_DX: Known = (
    held(
        "statistics-as-constants",
        "The mean and the variance are treated as constants; they depend on x, too.",
        lambda **inputs: through_statistics(**inputs, mean=False, variance=False),
    ),
    held(
        "variance-term-missing",
        "The way of the gradient through the variance is missing.",
        lambda **inputs: through_statistics(**inputs, mean=True, variance=False),
    ),
    held(
        "mean-term-missing",
        "The way of the gradient through the mean is missing.",
        lambda **inputs: through_statistics(**inputs, mean=False, variance=True),
    ),
    held(
        "scale-missing",
        "gamma is missing: the output is gamma times the normalised values.",
        lambda **inputs: through_statistics(**{**inputs, "gamma": 1.0}, mean=True, variance=True),
    ),
    *COMMON,
)
BATCHNORM_DGAMMA: Known = (
    SAMPLES_MEAN,
    held(
        "not-normalised",
        "gamma multiplies the normalised values, not x.",
        lambda x, gamma, beta, eps, dout: (dout * x).sum(axis=0),
        lambda x, gamma, beta, eps, dout: (dout * (x - x.mean(axis=0))).sum(axis=0),
    ),
    held(
        "output-for-normalised",
        "gamma multiplies the normalised values, before they are scaled and shifted.",
        lambda x, gamma, beta, eps, dout: (dout * batchnorm(x, gamma, beta, eps)).sum(axis=0),
    ),
    *COMMON,
)
BATCHNORM_DBETA: Known = (
    SAMPLES_MEAN,
    held("samples-not-summed", "The samples' gradients are not summed up.", lambda dout, **_: dout),
    *COMMON,
)


def update(old: Any, new: Any, momentum: Any) -> Numbers:
    """A running statistic after one batch."""
    return momentum * old + (1 - momentum) * new


def running(
    name: str, statistic: Callable[[Any], Numbers], *others: tuple[str, str, Callable[[Any], Numbers]]
) -> Known:
    """About a running statistic; `others` are taken for the batch's own, each with its name and sentence."""

    def model(change: Callable[..., Numbers], taken: Callable[[Any], Numbers] = statistic) -> Model:
        return lambda case: change(case.inputs[name], taken(case.inputs["x"]), case.inputs["momentum"])

    wrong = (
        (
            "momentum-swapped",
            "The two shares are exchanged: momentum is what is kept of the old value.",
            lambda old, new, momentum: update(old, new, 1 - momentum),
        ),
        ("batch-only", "This is the batch's own statistic; the old value is lost.", lambda old, new, momentum: new),
        ("not-updated", "It is not updated, or not stored in bn_param.", lambda old, new, momentum: old),
        (
            "old-value-missing",
            "Only the batch's share is stored. What is kept of the old value has to be added.",
            lambda old, new, momentum: (1 - momentum) * new,
        ),
    )
    return (
        *(Misconception(mistake, sentence, (model(change),)) for mistake, sentence, change in wrong),
        *(Misconception(mistake, sentence, (model(update, taken),)) for mistake, sentence, taken in others),
    )


RUNNING_MEAN = running("running_mean", lambda x: x.mean(axis=0))
RUNNING_VARIANCE = running(
    "running_var",
    lambda x: x.var(axis=0),
    ("corrected-variance", CORRECTED, lambda x: x.var(axis=0, ddof=1)),
    ("deviation-for-variance", "The standard deviation is stored; it has to be the variance.", lambda x: x.std(axis=0)),
)
TEST_TIME: Known = (
    held(
        "batch-statistics-at-test-time",
        "The batch's own statistics are used. At test time the running ones count, also for a single sample.",
        lambda x, gamma, beta, running_mean, running_var, eps: batchnorm(x, gamma, beta, eps),
    ),
    held(
        "divided-by-variance",
        "The centred values are divided by the running variance, not by its root.",
        lambda x, gamma, beta, running_mean, running_var, eps: gamma * (x - running_mean) / (running_var + eps) + beta,
        lambda x, gamma, beta, running_mean, running_var, eps: gamma * (x - running_mean) / running_var + beta,
    ),
    held(
        "eps-missing",
        "eps is not added to the running variance.",
        lambda x, gamma, beta, running_mean, running_var, eps: gamma * (x - running_mean) / np.sqrt(running_var) + beta,
    ),
    held(
        "scale-missing",
        "gamma and beta count at test time as well.",
        lambda x, gamma, beta, running_mean, running_var, eps: (x - running_mean) / np.sqrt(running_var + eps),
        lambda x, gamma, beta, running_mean, running_var, eps: (x - running_mean) / np.sqrt(running_var + eps) + beta,
    ),
)


def scattered(x: Any, w: Any, stride: Any, pad: Any, dout: Any, step: Any, add: bool = True) -> Numbers:
    """conv's dx with its ring of padding; windows begin every `step` entries, and overwrite unless they `add`."""
    d = padded(np.zeros(x.shape), pad)
    height, width = w.shape[2:]
    for n, f, i, j in np.ndindex(*dout.shape):
        window = d[n, :, i * step : i * step + height, j * step : j * step + width]
        window[...] = add * window + dout[n, f, i, j] * w[f]
    return d


def inside(d: Any, x: Any, pad: Any) -> Numbers:
    return d[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]


CONV_OUT: Known = (
    held(
        "filter-flipped",
        "The filter is flipped. This layer is a cross-correlation: it does not flip it.",
        lambda x, w, b, stride, pad: conv(x, w[:, :, ::-1, ::-1], b, stride, pad),
    ),
    held("bias-missing", "The bias is not added.", lambda x, w, b, stride, pad: conv(x, w, 0 * b, stride, pad)),
    held(
        "stride-ignored",
        "The windows move by 1, not by the stride.",
        lambda x, w, b, stride, pad: conv(x, w, b, 1, pad),
    ),
    held("padding-ignored", "The map is not padded.", lambda x, w, b, stride, pad: conv(x, w, b, stride, 0)),
    held(
        "one-channel",
        "Only one channel is in the result; it is the sum over all of them.",
        lambda x, w, b, stride, pad: conv(x[:, :1], w[:, :1], b, stride, pad),
        lambda x, w, b, stride, pad: conv(x[:, -1:], w[:, -1:], b, stride, pad),
    ),
)
CONV_DX: Known = (
    held(
        "padding-not-cut-off",
        "The ring of padding is still around dx.",
        lambda x, w, b, stride, pad, dout: scattered(x, w, stride, pad, dout, int(stride)),
    ),
    held(
        "stride-ignored",
        "The windows are placed as if the stride were 1.",
        lambda x, w, b, stride, pad, dout: inside(scattered(x, w, stride, pad, dout, 1), x, pad),
    ),
    held(
        "overlaps-overwritten",
        "Where windows overlap only the last one counts; their contributions add up.",
        lambda x, w, b, stride, pad, dout: inside(scattered(x, w, stride, pad, dout, int(stride), add=False), x, pad),
    ),
    held(
        "filter-flipped",
        "The filter is flipped. What each window gives back goes through the same weights, in the same places.",
        lambda x, w, b, stride, pad, dout: inside(
            scattered(x, w[:, :, ::-1, ::-1], stride, pad, dout, int(stride)), x, pad
        ),
    ),
    *COMMON,
)


def filters(x: Any, pad: Any, stride: Any, dout: Any, shape: Any, step: Any) -> Numbers:
    """conv's dw, with windows that begin every `step` entries."""
    seen = windows(padded(x, pad), *shape[2:], 1)[:, :, ::step, ::step][:, :, : dout.shape[2], : dout.shape[3]]
    return np.tensordot(dout, seen, ([0, 2, 3], [0, 2, 3]))


CONV_DW: Known = (
    held(
        "stride-ignored",
        "The windows are taken as if the stride were 1.",
        lambda x, w, b, stride, pad, dout: filters(x, pad, stride, dout, w.shape, 1),
    ),
    held(
        "last-sample-only",
        LAST_SAMPLE,
        lambda x, w, b, stride, pad, dout: filters(x[-1:], pad, stride, dout[-1:], w.shape, int(stride)),
    ),
    held(
        "filter-flipped",
        "dw is right, but flipped.",
        lambda x, w, b, stride, pad, dout: filters(x, pad, stride, dout, w.shape, int(stride))[:, :, ::-1, ::-1],
    ),
    MEAN_FOR_SUM,
    *COMMON,
)
CONV_DB: Known = (
    MEAN_FOR_SUM,
    held(
        "positions-not-summed",
        "A filter's bias is in every output of the filter: over the positions it is a sum as well.",
        lambda dout, **_: dout.mean(axis=(2, 3)).sum(axis=0),
        lambda dout, **_: dout.mean(axis=(0, 2, 3)),
        lambda dout, **_: dout.sum(axis=0),
    ),
    *COMMON,
)

POOL_OUT: Known = (
    held(
        "mean-for-maximum",
        "This is the mean of each window.",
        lambda x, pool_height, pool_width, stride: windows(x, pool_height, pool_width, stride).mean(axis=(4, 5)),
    ),
    held(
        "zero-as-smallest",
        "Windows of negative values give 0. Does the search for the maximum begin at zero, or has padding been counted?",
        lambda **inputs: np.maximum(0, max_pool(**inputs)),
    ),
    held(
        "stride-ignored",
        "The windows do not move by the stride.",
        lambda x, pool_height, pool_width, stride: max_pool(x, pool_height, pool_width, 1),
        lambda x, pool_height, pool_width, stride: max_pool(x, pool_height, pool_width, pool_height),
    ),
    held(
        "height-and-width-swapped",
        "The window's height and width are exchanged.",
        lambda x, pool_height, pool_width, stride: max_pool(x, pool_width, pool_height, stride),
    ),
)


def spread(x: Any, height: Any, width: Any, stride: Any, dout: Any, share: Callable[[Any], Any], add: bool) -> Numbers:
    """Each window gets its upstream gradient times `share` of its values."""
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        place = (n, c, slice(i * stride, i * stride + height), slice(j * stride, j * stride + width))
        given = dout[n, c, i, j] * share(x[place])
        dx[place] = dx[place] + given if add else np.where(given == 0, dx[place], given)
    return dx


def is_maximum(window: Any) -> Any:
    return window == window.max()


POOL_DX: Known = (
    held(
        "whole-window",
        "Every entry of a window gets its gradient. Only the maximum has changed the output.",
        lambda x, pool_height, pool_width, stride, dout: spread(
            x, pool_height, pool_width, stride, dout, np.ones_like, True
        ),
    ),
    held(
        "shared-equally",
        "The gradient is shared out over the window, as by a mean.",
        lambda x, pool_height, pool_width, stride, dout: spread(
            x, pool_height, pool_width, stride, dout, lambda window: np.full(window.shape, 1 / window.size), True
        ),
    ),
    held(
        "overlaps-overwritten",
        "An entry that is the maximum of several windows gets the gradient of the last one only; they add up.",
        lambda x, pool_height, pool_width, stride, dout: spread(
            x, pool_height, pool_width, stride, dout, is_maximum, False
        ),
    ),
    held(
        "mask-alone",
        "The maxima are found; the upstream gradient is missing.",
        lambda x, pool_height, pool_width, stride, dout: spread(
            x, pool_height, pool_width, stride, np.ones_like(dout), is_maximum, True
        ),
        lambda x, pool_height, pool_width, stride, dout: np.minimum(
            1, spread(x, pool_height, pool_width, stride, np.ones_like(dout), is_maximum, True)
        ),
    ),
    held(
        "maximum-itself",
        "What is passed back is the maximum's own value, not the upstream gradient.",
        lambda x, pool_height, pool_width, stride, dout: spread(
            x, pool_height, pool_width, stride, np.ones_like(dout), lambda window: window * is_maximum(window), True
        ),
    ),
    *COMMON,
)


DROPOUT_OUT: Known = (
    held(
        "not-scaled",
        "What is kept is not scaled. Inverted dropout divides it by the probability of being kept, so that nothing has "
        "to be done at test time.",
        lambda x, kept, keep: x * kept,
    ),
    held(
        "scaled-by-the-other-probability",
        "What is kept is divided by the probability of being dropped.",
        lambda x, kept, keep: x * kept / (1 - keep),
    ),
    held("multiplied-by-the-probability", "What is kept is multiplied; divide.", lambda x, kept, keep: x * kept * keep),
)
DROPOUT_DX: Known = (
    held("mask-missing", "The gradient passes unchanged; what was dropped gets none.", lambda dout, mask: dout),
    held(
        "not-scaled",
        "The gradient is not scaled as the output was.",
        lambda dout, mask: dout * (mask != 0),
    ),
    *COMMON,
)


def dropout_test(p: float) -> Known:
    return (
        held(
            "scaled-at-test-time",
            "The output is scaled at test time. Inverted dropout has done that in training.",
            *(lambda x, factor=factor: x * factor for factor in (p, 1 - p, 1 / p, 1 / (1 - p))),
        ),
    )
