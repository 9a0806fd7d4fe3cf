"""What 3.4 and 3.5 ask of `conv3x3_backward_input` and `conv3x3_backward_weight`."""

from collections.abc import Iterator

import numpy as np

from grader.assignment.convolution import conv_cases, conv_minimal_cases
from grader.assignment.convolution.conv_input_misconceptions import input_misconceptions
from grader.assignment.convolution.conv_weight_misconceptions import weight_misconceptions
from grader.assignment.convolution.convolve import KERNEL
from grader.oracles.numeric import Inputs, Question, boxes


def back_to_input(rng: np.random.Generator, convention: str) -> Question:
    return Question(
        conv_cases.input_cases(rng, convention),
        conv_minimal_cases.input_minimal_cases(convention),
        input_misconceptions(convention),
        _smaller_input,
    )


def back_to_weight(rng: np.random.Generator, convention: str, interior: bool) -> Question:
    return Question(
        conv_cases.weight_cases(rng, convention, interior),
        conv_minimal_cases.weight_minimal_cases(convention, interior),
        weight_misconceptions(convention),
        _smaller_inner if interior else _smaller_weight,
    )


def _smaller_input(inputs: Inputs) -> Iterator[Inputs]:
    """Corners of dY, with the whole filter."""
    for H, W in boxes(inputs["dY"].shape):
        yield {"dY": inputs["dY"][:H, :W].copy(), "w": inputs["w"]}


def _smaller_weight(inputs: Inputs) -> Iterator[Inputs]:
    """Corners of both maps."""
    for H, W in boxes(inputs["X"].shape):
        yield {name: array[:H, :W].copy() for name, array in inputs.items()}


def _smaller_inner(inputs: Inputs) -> Iterator[Inputs]:
    """Square ones, with a ring of zeros put around them again."""
    for side in range(KERNEL, len(inputs["X"])):
        yield {name: np.pad(array[1 : side - 1, 1 : side - 1], 1) for name, array in inputs.items()}
