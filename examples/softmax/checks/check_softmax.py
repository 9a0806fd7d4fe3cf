"""Three points for the backward pass of softmax with cross-entropy."""

from dataclasses import replace

import numpy as np

from grader.api import module, points
from grader.oracles.numeric import (
    Accepted,
    Answer,
    Case,
    Misconception,
    Question,
    close,
    common_misconceptions,
    complex_step,
    judge,
    mismatch,
)

softmax = module("softmax")
LARGE = 1e3  # exp overflows at 709
SUM = "This is the gradient of the sum over the batch; the loss is its mean."
MISCONCEPTIONS = (
    *common_misconceptions(),
    Misconception("sum-for-mean", SUM, (lambda case: case.expected * len(case.expected),)),
)


def loss(logits, labels):
    """The mean cross-entropy of softmax(logits), (N, C), at labels (N,)."""
    z = logits - logits.real.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()


def case(logits, labels):
    z, y = np.array(logits, float), np.array(labels)
    return Case("dlogits", {"logits": z, "labels": y}, complex_step(lambda z: loss(z, y), z))


def mean_or_sum(values, case, precision):
    """1.2 asks for the mean; a sum shall not cost twice."""
    either = (close(values, expected, case.norm, precision).all() for expected in _rights(case))
    return "" if any(either) else mismatch(replace(case, accepted=None), Answer(values, precision))


def _rights(case):
    return case.expected, case.expected * len(case.expected)


SMALL = (case([[0, 1]], [0]), case([[2, 0, 1]], [1]), case([[0, 1], [2, 0]], [1, 0]), case([[1000, 0]], [0]))
FAR_APART = case([[1000, 1001], [1, 0]], [0, 1])
MEAN_OR_SUM = Accepted(mean_or_sum, lambda values, case, precision: case.expected)


@points("1.1")
def check_one_sample(softmax, rng):
    """The gradient for a single sample is right."""
    drawn = [case(rng.normal(size=(1, 4)), [label]) for label in rng.permutation(4)]
    return judge(softmax.softmax_cross_entropy_backward, Question(drawn, SMALL, MISCONCEPTIONS))


@points("1.2")
def check_batch(softmax, rng):
    """The gradient is that of the mean over the batch."""
    drawn = case(rng.normal(size=(5, 3)), rng.integers(0, 3, 5))
    return judge(softmax.softmax_cross_entropy_backward, Question([drawn], SMALL, MISCONCEPTIONS))


@points("1.3")
def check_large_logits(softmax, rng):
    """Logits of a thousand neither overflow nor become NaN, and each sample is shifted by its own maximum."""
    drawn = case(rng.normal(size=(2, 6)) + np.array([[LARGE], [-LARGE]]), rng.integers(0, 6, 2))
    drawn = replace(drawn, accepted=MEAN_OR_SUM)
    return judge(softmax.softmax_cross_entropy_backward, Question([drawn], (*SMALL, FAR_APART), MISCONCEPTIONS))
