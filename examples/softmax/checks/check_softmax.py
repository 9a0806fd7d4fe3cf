"""Three points for the backward pass of softmax with cross-entropy."""

from typing import Any

import numpy as np

from grader.api import Verdict, module, points
from grader.oracles.numeric import Case, Misconception, Question, common_misconceptions, complex_step, judge

softmax = module("softmax")
LARGE = 1e3  # exp overflows at 709
SUM = "This is the gradient of the sum over the batch; the loss is its mean."
KNOWN = (
    *common_misconceptions(),
    Misconception("sum-for-mean", SUM, (lambda case: case.expected * len(case.expected),)),
)


def case(logits: Any, labels: Any) -> Case:
    """∂L/∂logits, the loss being the mean cross-entropy of softmax(logits), (N, C), at labels (N,)."""

    def loss(z: np.ndarray) -> complex:
        z = z - z.real.max(axis=1, keepdims=True)
        return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()

    inputs = {"logits": np.array(logits, float), "labels": np.array(labels)}
    return Case("dlogits", inputs, complex_step(loss, inputs["logits"]))


SMALL = (case([[0, 1]], [0]), case([[2, 0, 1]], [1]), case([[0, 1], [2, 0]], [1, 0]), case([[1000, 0]], [0]))


@points("1.1")
def check_one_sample(softmax: Any, rng: np.random.Generator) -> Verdict:
    """The gradient for a single sample is right."""
    return judge(softmax.softmax_cross_entropy_backward, Question([case(rng.normal(size=(1, 4)), [2])], SMALL, KNOWN))


@points("1.2")
def check_batch(softmax: Any, rng: np.random.Generator) -> Verdict:
    """The gradient is that of the mean over the batch."""
    drawn = case(rng.normal(size=(5, 3)), rng.integers(0, 3, 5))
    return judge(softmax.softmax_cross_entropy_backward, Question([drawn], SMALL, KNOWN))


@points("1.3")
def check_large_logits(softmax: Any, rng: np.random.Generator) -> Verdict:
    """Logits of a thousand neither overflow nor become NaN."""
    drawn = case(LARGE * rng.normal(size=(1, 6)), [1])
    return judge(softmax.softmax_cross_entropy_backward, Question([drawn], SMALL, KNOWN))
