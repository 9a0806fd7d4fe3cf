"""Exercise 3: the backward pass of a 3x3 convolution, first for one neuron by hand, then for whole maps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.api import Verdict, module, points
from grader.assignment.convolution import conv_questions
from grader.assignment.neuron import labels, neuron_verdicts
from grader.assignment.neuron.neuron_answers import inner_positions, read_convention, read_labels, read_own
from grader.assignment.neuron.weights import DY, X_1, C, W
from grader.oracles.numeric import judge

exercise3 = module("exercise3")


@points("3.1")
def check_labels(exercise3: Any, seed: int) -> Verdict:
    """The nine neurons of Y that x₁ affects are labelled, in any order."""
    return labels.judge_labels(exercise3.affected_outputs, inner_positions(seed))


@points("3.2")
def check_activations(exercise3: Any, bounded: Callable[[str], Any], seed: int) -> Verdict:
    """Each yᵢ is the right weight times x₁, plus its own Cᵢ."""
    convention, notes = read_convention(lambda: exercise3.CONVENTION)
    own_labels = read_labels(exercise3.affected_outputs, inner_positions(seed))
    value = exercise3.activations(W, X_1, C)
    return neuron_verdicts.judge_activations(value, own_labels, convention, bounded("algebra"), seed).noting(*notes)


@points("3.3")
def check_derivative(exercise3: Any, bounded: Callable[[str], Any], seed: int) -> Verdict:
    """∂v/∂x₁ is right, or follows from your own yᵢ."""
    convention, notes = read_convention(lambda: exercise3.CONVENTION)
    own_labels = read_labels(exercise3.affected_outputs, inner_positions(seed))
    activations = read_own(exercise3.activations, W, X_1, C)
    value = exercise3.dv_dx1(W)
    return neuron_verdicts.judge_derivative(
        value, activations, own_labels, convention, bounded("algebra"), seed
    ).noting(*notes)


@points("3.4", part="symbolic")
def check_loss(exercise3: Any, bounded: Callable[[str], Any], seed: int) -> Verdict:
    """∂L/∂x₁ is the chain rule over all nine paths."""
    convention, notes = read_convention(lambda: exercise3.CONVENTION)
    own_labels = read_labels(exercise3.affected_outputs, inner_positions(seed))
    derivative = read_own(exercise3.dv_dx1, W)
    value = exercise3.dloss_dx1(W, DY)
    return neuron_verdicts.judge_loss(value, derivative, own_labels, convention, bounded("algebra"), seed).noting(
        *notes
    )


@points("3.4", part="numerical")
def check_input_gradient(exercise3: Any, rng: np.random.Generator) -> Verdict:
    """∂L/∂X agrees with the numerical gradient, for maps of any size."""
    convention, notes = read_convention(lambda: exercise3.CONVENTION)
    question = conv_questions.back_to_input(rng, convention)
    return judge(exercise3.conv3x3_backward_input, question).noting(*notes)


@points("3.5", part="interior")
def check_interior_weight_gradient(exercise3: Any, rng: np.random.Generator) -> Verdict:
    """∂L/∂w agrees with the numerical gradient where padding does not matter."""
    convention, notes = read_convention(lambda: exercise3.CONVENTION)
    question = conv_questions.back_to_weight(rng, convention, interior=True)
    return judge(exercise3.conv3x3_backward_weight, question).noting(*notes)


@points("3.5", part="padding")
def check_weight_gradient(exercise3: Any, rng: np.random.Generator) -> Verdict:
    """∂L/∂w agrees with the numerical gradient in general, at the padded border too."""
    convention, notes = read_convention(lambda: exercise3.CONVENTION)
    question = conv_questions.back_to_weight(rng, convention, interior=False)
    return judge(exercise3.conv3x3_backward_weight, question).noting(*notes)
