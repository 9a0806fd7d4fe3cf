"""Three points for one function."""

from typing import Any

import numpy as np
from loss import judge

from grader.api import Verdict, module, points

softmax = module("softmax")

LARGE = 1e3  # exp overflows at 709


@points("1.1")
def check_one_sample(softmax: Any, rng: np.random.Generator) -> Verdict:
    """The gradient for a single sample is right."""
    return judge(softmax.softmax_cross_entropy_backward, rng.normal(size=(1, 4)), np.array([2]))


@points("1.2")
def check_batch(softmax: Any, rng: np.random.Generator) -> Verdict:
    """The gradient is that of the mean over the batch."""
    return judge(softmax.softmax_cross_entropy_backward, rng.normal(size=(5, 3)), rng.integers(0, 3, size=5))


@points("1.3")
def check_large_logits(softmax: Any, rng: np.random.Generator) -> Verdict:
    """Logits of a thousand neither overflow nor become NaN."""
    return judge(softmax.softmax_cross_entropy_backward, LARGE * rng.normal(size=(1, 6)), np.array([1]))
