"""What people who hold a misconception about a layer would return: models, run on the inputs `c` of the same case."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace as Inputs
from typing import Any, TypeAlias

import numpy as np

from grader.oracles.layers import batchnorm, conv, max_pool, padded, windows
from grader.oracles.numeric import Misconception, Model, Numbers, common_misconceptions

Misconceptions: TypeAlias = tuple[Misconception[Model], ...]
SENTENCES: dict[str, str] = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))


def held(name: str, *models: Callable[[Any], Any]) -> Misconception[Model]:
    """A misconception by its models of a case: its inputs by name, and `right`, the right result."""

    def of_case(model: Callable[[Any], Any]) -> Model:
        return lambda case: np.asarray(model(Inputs(**case.inputs, right=case.expected)))

    return Misconception(name, SENTENCES[name], tuple(map(of_case, models)))


COMMON = common_misconceptions()
MEAN_FOR_SUM = held("mean-for-sum", lambda c: c.right / len(c.x))
NOT_DIVIDED = held("not-divided", lambda c: c.right * len(c.x))
BIAS_MISSING = held("bias-missing", lambda c: c.right - c.b, lambda c: c.right - c.b[:, np.newaxis, np.newaxis])

AFFINE_OUT: Misconceptions = (BIAS_MISSING,)
AFFINE_DX: Misconceptions = (held("flat-gradient", lambda c: c.dout @ c.w.T), MEAN_FOR_SUM, *COMMON)
AFFINE_DW: Misconceptions = (
    MEAN_FOR_SUM,
    held("last-sample-only", lambda c: np.outer(c.x[-1].ravel(), c.dout[-1])),
    *COMMON,
)
AFFINE_DB: Misconceptions = (
    MEAN_FOR_SUM,
    held("summed-over-everything", lambda c: c.dout.sum() + 0 * c.b, lambda c: c.dout.sum()),
    held("samples-not-summed", lambda c: c.dout),
    *COMMON,
)
RELU_OUT: Misconceptions = (
    held("absolute-value", lambda c: np.abs(c.x)),
    held("step-function", lambda c: c.x > 0),
)
RELU_DX: Misconceptions = (
    held("mask-of-dout", lambda c: c.dout * (c.dout > 0)),
    held("mask-missing", lambda c: c.dout),
    held("mask-alone", lambda c: c.x > 0),
    *COMMON,
)


def softmax(x: Any) -> Numbers:
    exp = np.exp(x - x.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def right_class(c: Any) -> Any:
    return np.arange(c.x.shape[1]) == c.y[:, np.newaxis]


def hinge(c: Any, margin: float = 1.0) -> Numbers:
    """Of every class, the right one too."""
    return np.maximum(0, c.x - (c.x * right_class(c)).sum(axis=1, keepdims=True) + margin)


def violated(c: Any) -> Any:
    return (hinge(c) > 0) & ~right_class(c)


SOFTMAX_LOSS: Misconceptions = (
    NOT_DIVIDED,
    held("logarithm-missing", *(lambda c, s=s: s * (softmax(c.x) * right_class(c)).sum() / len(c.x) for s in (-1, 1))),
    held("wrong-sign-of-loss", lambda c: -c.right),
)
SOFTMAX_DX: Misconceptions = (
    NOT_DIVIDED,
    held("right-class-not-subtracted", lambda c: softmax(c.x) / len(c.x)),
    held("right-class-after-dividing", lambda c: softmax(c.x) / len(c.x) - right_class(c)),
    *COMMON,
)
SVM_LOSS: Misconceptions = (
    held("right-class-counted", lambda c: c.right + 1),
    NOT_DIVIDED,
    held("margin-missing", lambda c: hinge(c, 0.0).sum() / len(c.x)),
    held("mean-over-classes", *(lambda c, k=k: c.right / (c.x.shape[1] - k) for k in (0, 1))),
)
SVM_DX: Misconceptions = (
    NOT_DIVIDED,
    held("right-class-missing", lambda c: violated(c) / len(c.x)),
    held("right-class-once", lambda c: (1.0 * violated(c) - right_class(c)) / len(c.x)),
    held("right-class-counted", *(lambda c, s=s: c.right + s * right_class(c) / len(c.x) for s in (-1, 1))),
    *COMMON,
)


def normalised(x: Any, eps: Any) -> Numbers:
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def divided(c: Any, by: Any) -> Numbers:
    return c.gamma * (c.x - c.x.mean(axis=0)) / by + c.beta


BATCHNORM_OUT: Misconceptions = (
    held("corrected-variance", lambda c: divided(c, np.sqrt(c.x.var(axis=0, ddof=1) + c.eps))),
    held("scale-missing", lambda c: normalised(c.x, c.eps) + c.beta, lambda c: normalised(c.x, c.eps)),
    held("shift-missing", lambda c: c.right - c.beta),
    held("eps-outside-the-root", lambda c: divided(c, c.x.std(axis=0) + c.eps)),
    held("eps-missing", lambda c: divided(c, c.x.std(axis=0))),
    held("divided-by-variance", lambda c: divided(c, c.x.var(axis=0) + c.eps), lambda c: divided(c, c.x.var(axis=0))),
)


def through_statistics(c: Any, mean: bool, variance: bool, gamma: bool = True) -> Numbers:
    """batchnorm's dx with only some of the ways that lead through the batch's statistics."""
    d, hat = c.dout * (c.gamma if gamma else 1), normalised(c.x, c.eps)
    d = d - mean * d.mean(axis=0) - variance * hat * (d * hat).mean(axis=0)
    return d / np.sqrt(c.x.var(axis=0) + c.eps)


BATCHNORM_DX: Misconceptions = (
    held("statistics-as-constants", lambda c: through_statistics(c, mean=False, variance=False)),
    held("variance-term-missing", lambda c: through_statistics(c, mean=True, variance=False)),
    held("mean-term-missing", lambda c: through_statistics(c, mean=False, variance=True)),
    held("scale-missing", lambda c: through_statistics(c, mean=True, variance=True, gamma=False)),
    *COMMON,
)
BATCHNORM_DGAMMA: Misconceptions = (
    MEAN_FOR_SUM,
    held("not-normalised", *(lambda c, k=k: (c.dout * (c.x - k * c.x.mean(axis=0))).sum(axis=0) for k in (0, 1))),
    *COMMON,
)
BATCHNORM_DBETA: Misconceptions = (MEAN_FOR_SUM, held("samples-not-summed", lambda c: c.dout), *COMMON)


def update(old: Any, new: Any, momentum: Any) -> Numbers:
    """A running statistic after one batch."""
    return momentum * old + (1 - momentum) * new


RUNNING: Misconceptions = (  # of a case with the statistic's old value and the batch's own
    held("momentum-swapped", lambda c: update(c.old, c.new, 1 - c.momentum)),
    held("batch-only", lambda c: c.new),
    held("not-updated", lambda c: c.old),
    held("old-value-missing", lambda c: (1 - c.momentum) * c.new),
)
RUNNING_VARIANCE: Misconceptions = (
    *RUNNING,
    held("corrected-variance", lambda c: update(c.old, c.new * len(c.x) / (len(c.x) - 1), c.momentum)),
    held("deviation-for-variance", lambda c: update(c.old, np.sqrt(c.new), c.momentum)),
)


def at_test_time(c: Any, by: Any) -> Numbers:
    return c.gamma * (c.x - c.running_mean) / by + c.beta


TEST_TIME: Misconceptions = (
    held("batch-statistics-at-test-time", lambda c: batchnorm(c.x, c.gamma, c.beta, c.eps)),
    held("divided-by-variance", *(lambda c, k=k: at_test_time(c, c.running_var + k * c.eps) for k in (0, 1))),
    held("eps-missing", lambda c: at_test_time(c, np.sqrt(c.running_var))),
    held("scale-missing", *(lambda c, k=k: (c.right - c.beta) / c.gamma + k * c.beta for k in (0, 1))),
)


DROPOUT_OUT: Misconceptions = (
    held("not-scaled", lambda c: c.x * c.kept),
    held("scaled-by-the-other-probability", lambda c: c.x * c.kept / (1 - c.keep)),
    held("multiplied-by-the-probability", lambda c: c.x * c.kept * c.keep),
)
DROPOUT_TEST: Misconceptions = (
    held("scaled-at-test-time", *(lambda c, s=s, k=k: c.x * abs(k - c.p) ** s for s in (-1, 1) for k in (0, 1))),
)
DROPOUT_DX: Misconceptions = (
    held("mask-missing", lambda c: c.dout),
    held("not-scaled", lambda c: c.dout * (c.mask != 0)),
    *COMMON,
)


def convolved(c: Any, **changes: Any) -> Numbers:
    return conv(**{**{name: getattr(c, name) for name in ("x", "w", "b", "stride", "pad")}, **changes})


def scattered(c: Any, step: Any, w: Any, add: bool = True) -> Numbers:
    """conv's dx in its ring of padding; windows begin every `step` entries, and overwrite unless they `add`."""
    d = padded(np.zeros(c.x.shape), c.pad)
    for n, f, i, j in np.ndindex(*c.dout.shape):
        window = d[n, :, i * step : i * step + w.shape[2], j * step : j * step + w.shape[3]]
        window[...] = add * window + c.dout[n, f, i, j] * w[f]
    return d


def inside(d: Any, c: Any) -> Numbers:
    return d[:, :, c.pad : c.pad + c.x.shape[2], c.pad : c.pad + c.x.shape[3]]


def filter_gradient(c: Any, step: Any, samples: slice = slice(None)) -> Numbers:
    """conv's dw, of some samples, with windows that begin every `step` entries."""
    patches = windows(padded(c.x, c.pad), *c.w.shape[2:], step)[samples, :, : c.dout.shape[2], : c.dout.shape[3]]
    return np.tensordot(c.dout[samples], patches, ([0, 2, 3], [0, 2, 3]))


def flipped(w: Any) -> Any:
    return w[:, :, ::-1, ::-1]


CONV_OUT: Misconceptions = (
    held("filter-flipped", lambda c: convolved(c, w=flipped(c.w))),
    BIAS_MISSING,
    held("stride-ignored", lambda c: convolved(c, stride=1)),
    held("padding-ignored", lambda c: convolved(c, pad=0)),
    held("one-channel", *(lambda c, k=k: convolved(c, x=c.x[:, [k]], w=c.w[:, [k]]) for k in (0, -1))),
)
CONV_DX: Misconceptions = (
    held("empty-without-padding", lambda c: c.right[:, :, :0, :0] if c.pad == 0 else c.right),
    held("padding-not-cut-off", lambda c: scattered(c, c.stride, c.w)),
    held("stride-ignored", lambda c: inside(scattered(c, 1, c.w), c)),
    held("overlaps-overwritten", lambda c: inside(scattered(c, c.stride, c.w, add=False), c)),
    held("filter-flipped", lambda c: inside(scattered(c, c.stride, flipped(c.w)), c)),
    *COMMON,
)
CONV_DW: Misconceptions = (
    held("stride-ignored", lambda c: filter_gradient(c, 1)),
    held("last-sample-only", lambda c: filter_gradient(c, c.stride, slice(-1, None))),
    held("filter-flipped", lambda c: flipped(c.right)),
    MEAN_FOR_SUM,
    *COMMON,
)
CONV_DB: Misconceptions = (
    MEAN_FOR_SUM,
    held("positions-not-summed", lambda c: c.dout.mean(axis=(2, 3)).sum(axis=0), lambda c: c.dout.mean(axis=(0, 2, 3))),
    *COMMON,
)


def pooled(c: Any, **changes: Any) -> Numbers:
    names = ("x", "pool_height", "pool_width", "stride")
    return max_pool(**{**{name: getattr(c, name) for name in names}, **changes})


def spread(c: Any, share: Callable[[Any], Any], dout: Any = None, add: bool = True) -> Numbers:
    """Each window gets its upstream gradient times `share` of its values."""
    dout, dx = c.dout if dout is None else dout, np.zeros(c.x.shape)
    for n, ch, i, j in np.ndindex(*dout.shape):
        row, col = i * c.stride, j * c.stride
        place = (n, ch, slice(row, row + c.pool_height), slice(col, col + c.pool_width))
        routed = dout[n, ch, i, j] * share(c.x[place])
        dx[place] = dx[place] + routed if add else np.where(routed == 0, dx[place], routed)
    return dx


def top(window: Any) -> Any:
    return window == window.max()


POOL_OUT: Misconceptions = (
    held("mean-for-maximum", lambda c: windows(c.x, c.pool_height, c.pool_width, c.stride).mean(axis=(4, 5))),
    held("zero-as-smallest", lambda c: np.maximum(0, c.right)),
    held("stride-ignored", lambda c: pooled(c, stride=1), lambda c: pooled(c, stride=c.pool_height)),
    held("height-and-width-swapped", lambda c: pooled(c, pool_height=c.pool_width, pool_width=c.pool_height)),
)
POOL_DX: Misconceptions = (
    held("whole-window", lambda c: spread(c, np.ones_like)),
    held("shared-equally", lambda c: spread(c, lambda window: np.full(window.shape, 1 / window.size))),
    held("overlaps-overwritten", lambda c: spread(c, top, add=False)),
    held("mask-alone", *(lambda c, add=add: spread(c, top, np.ones_like(c.dout), add) for add in (True, False))),
    held("maximum-itself", lambda c: spread(c, lambda window: window * top(window), np.ones_like(c.dout))),
    *COMMON,
)
