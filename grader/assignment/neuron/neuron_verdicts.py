"""Exercise 3's expressions, judged by what they are equal to.

Errors are carried forward as the contract says; whichever reading gives more counts, and a note says which was used.
"""

from typing import Any

from grader.api import Tree, Verdict
from grader.assignment.neuron.neuron_algebra import CANNOT_DECIDE, DIFFERENT, EQUAL, UNDECIDED, Algebra, Symbolic
from grader.assignment.neuron.neuron_answers import UnsentError, read_expression, read_nine
from grader.assignment.neuron.neuron_misconceptions import (
    Expressions,
    activation_misconceptions,
    derivative_misconceptions,
    dot,
    loss_misconceptions,
)
from grader.assignment.neuron.weights import DY, X_1, C, Labels, W, weight
from grader.oracles import trees
from grader.oracles.misconceptions import Misconception
from grader.oracles.numeric import UnreadableError, sentence

_ALONE = Labels(offsets=((0, 0),))  # of a single expression
_ARGUMENTS = trees.names([*W, X_1, *C])


def judge_activations(value: Any, labels: Labels, convention: str, symbolic: Symbolic, seed: int) -> Verdict:
    """3.2: each entry is (the right weight) x_1 + (its own C_i)."""
    try:
        entries = read_nine(value)
    except UnreadableError as error:
        return _unread("activations", error)
    algebra = Algebra(symbolic, seed)
    verdict = _activations(entries, labels, convention, algebra)
    return verdict.noting(*labels.notes, *algebra.notes(entries))


def _activations(entries: list[Tree], labels: Labels, convention: str, algebra: Algebra) -> Verdict:
    rights = [trees.add(trees.mul(item, X_1), C[index]) for index, item in enumerate(right_weights(labels, convention))]
    state, bad = algebra.at_labels(entries, rights, labels)
    if state == EQUAL:
        return Verdict.passed()
    if state == UNDECIDED:
        return Verdict.review(algebra.undecided, **algebra.evidence)
    misconception = algebra.named(entries, activation_misconceptions(labels, convention), labels)
    return _failed(misconception, _activation_sentence(entries[bad], rights[bad], bad, algebra))


def _activation_sentence(entry: Tree, right: Tree, index: int, algebra: Algebra) -> str:
    if algebra.why:
        return f"This is not y_{index + 1}: {algebra.why}."
    foreign = sorted(trees.names(entry) - _ARGUMENTS)
    if foreign:
        return f"y_{index + 1} contains the symbol {foreign[0]}, which is not among the arguments w, x_1 and C."
    if algebra.all([trees.derivative(right, X_1)], [trees.derivative(entry, X_1)]) == EQUAL:
        return f"y_{index + 1}: the coefficient of x_1 is right, but the rest is not C_{index + 1} alone."
    return (
        f"y_{index + 1}: x_1 does not have the right coefficient. Which weight does x_1 meet when the filter lies over "
        "the neuron that you labelled so?"
    )


def judge_derivative(
    value: Any, own_activations: list[Tree] | None, labels: Labels, convention: str, symbolic: Symbolic, seed: int
) -> Verdict:
    """3.3: the nine weights, or the derivative of the student's own 3.2."""
    try:
        entries = read_nine(value)
    except UnreadableError as error:
        return _unread("dv_dx1", error)
    algebra = Algebra(symbolic, seed)
    verdict = _derivative(entries, own_activations, labels, convention, algebra)
    return verdict.noting(*algebra.notes(entries))


def _derivative(
    entries: list[Tree], own_activations: list[Tree] | None, labels: Labels, convention: str, algebra: Algebra
) -> Verdict:
    state, bad = algebra.at_labels(entries, right_weights(labels, convention), labels)
    if state == EQUAL:
        return Verdict.passed().noting(*labels.notes)
    carried = _carried_derivative(entries, own_activations, algebra)
    if carried == EQUAL:
        return Verdict.passed("Carried forward from 3.2: this is the derivative of your own activations.")
    if UNDECIDED in (state, carried):
        return Verdict.review(algebra.undecided, **algebra.evidence)
    misconception = algebra.named(entries, derivative_misconceptions(labels, convention), labels)
    because = f": {algebra.why}" if algebra.why else ""
    message = f"∂y_{bad + 1}/∂x_1 is not the coefficient that x_1 has in y_{bad + 1}{because}."
    return _failed(misconception, message).noting(*labels.notes)


def _carried_derivative(entries: list[Tree], own_activations: list[Tree] | None, algebra: Algebra) -> str:
    if own_activations is None or not algebra.have_nine_weights(entries):
        return DIFFERENT
    return algebra.all(entries, [trees.derivative(entry, X_1) for entry in own_activations])


def judge_loss(
    value: Any, own_derivative: list[Tree] | None, labels: Labels, convention: str, symbolic: Symbolic, seed: int
) -> Verdict:
    """3.4, the symbolic half: the sum of dy_i times weight, or dy times the student's own 3.3."""
    try:
        expression = read_expression(value)
    except UnreadableError as error:
        return _unread("dloss_dx1", error)
    algebra = Algebra(symbolic, seed)
    verdict = _loss(expression, own_derivative, labels, convention, algebra)
    return verdict.noting(*algebra.notes([expression]))


def _loss(
    expression: Tree, own_derivative: list[Tree] | None, labels: Labels, convention: str, algebra: Algebra
) -> Verdict:
    state = _loss_state(expression, labels, convention, algebra)
    if state == EQUAL:
        return Verdict.passed().noting(*labels.notes)
    carried = _carried_loss(expression, own_derivative, algebra)
    if carried == EQUAL:
        return Verdict.passed("Carried forward from 3.3: this is dy times your own ∂v/∂x_1.")
    if UNDECIDED in (state, carried):
        return Verdict.review(algebra.undecided, **algebra.evidence)
    misconception = algebra.named([expression], loss_misconceptions(labels, convention), _ALONE)
    because = algebra.why or "each path from x_1 over a y_i to L adds a product of derivatives"
    message = f"This is not ∂L/∂x_1: {because}."
    if expression in (0, trees.integer(0)):
        message += " It is 0, as a sum over an empty list is. Is the list empty, or does its loop never run?"
    return _failed(misconception, message).noting(*labels.notes)


def _loss_state(expression: Tree, labels: Labels, convention: str, algebra: Algebra) -> str:
    """With wrong labels among the student's own, only the coefficients of dy at right ones are compared."""
    rights = right_weights(labels, convention)
    if labels.complete:
        return algebra.at_labels([expression], [dot(DY, rights)], _ALONE)[0]
    return algebra.at_labels(rights, [trees.derivative(expression, dy) for dy in DY], labels)[0]


def _carried_loss(expression: Tree, own_derivative: list[Tree] | None, algebra: Algebra) -> str:
    if own_derivative is None or not algebra.have_nine_weights(own_derivative):
        return DIFFERENT
    return algebra.all([expression], [dot(DY, own_derivative)])


def right_weights(labels: Labels, convention: str) -> list[Tree]:
    """The weight of each label; of a wrong one, anything, since it is not looked at."""
    return [weight(offset or (0, 0), convention) for offset in labels.offsets]


def _unread(function: str, error: UnreadableError) -> Verdict:
    if isinstance(error, UnsentError):
        return Verdict.review(f"{function} {error}. {CANNOT_DECIDE}")
    return Verdict.failed(sentence(function, error))


def _failed(misconception: Misconception[Expressions] | None, otherwise: str) -> Verdict:
    return Verdict.failed(misconception.sentence, misconception.id) if misconception else Verdict.failed(otherwise)
