"""What 3.4 and 3.5 ask of `conv3x3_backward_input` and `conv3x3_backward_weight`."""

import numpy as np

from grader.assignment.convolution import conv_cases, conv_minimal_cases
from grader.assignment.convolution.conv_misconceptions import input_misconceptions, weight_misconceptions
from grader.oracles.numeric import Question


def back_to_input(rng: np.random.Generator, convention: str) -> Question:
    return Question(
        conv_cases.input_cases(rng, convention),
        conv_minimal_cases.input_minimal_cases(convention),
        input_misconceptions(convention),
    )


def back_to_weight(rng: np.random.Generator, convention: str, interior: bool) -> Question:
    return Question(
        conv_cases.weight_cases(rng, convention, interior),
        conv_minimal_cases.weight_minimal_cases(convention, interior),
        weight_misconceptions(convention),
    )
