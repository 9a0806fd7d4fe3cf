"""The parameters that a new network begins with: shapes, weights of a given spread, biases of zero."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from grader.model import Verdict
from grader.oracles.numeric.chance import may_be_normal

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]  # by name; a bias's begins with b
SENTENCES = {
    "biases-not-zero": "Biases begin at zero.",
    "weights-of-another-spread": "The weights are not normal with mean 0 and the given standard deviation.",
}


def judge_parameters(parameters: Mapping[str, Any], shapes: Shapes, scale: float) -> Verdict:
    """Whether parameters by name have these shapes, weights a standard deviation of `scale`, and biases are zero."""
    return Verdict.of_all(_judge_parameter(parameters[name], name, shape, scale) for name, shape in shapes.items())


def _judge_parameter(value: Any, name: str, shape: tuple[int, ...], scale: float) -> Verdict:
    if not isinstance(value, np.ndarray) or value.shape != shape:
        got = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else "no array"
        return Verdict.failed(f"params[{name!r}] has to be an array of shape {shape}; it is {got}.")
    if name.startswith("b"):
        wrong, right = "biases-not-zero" if value.any() else None, 0.0
    else:
        wrong = None if may_be_normal(value.astype(float).ravel() / scale) else "weights-of-another-spread"
        right = scale
    got = f"params[{name!r}] has mean {value.mean():.2g} and standard deviation {value.std():.2g}"
    expected = f"expected mean 0 and standard deviation {right:g}"
    return Verdict.failed(f"{SENTENCES[wrong]} {got}; {expected}.", wrong) if wrong else Verdict.passed()
