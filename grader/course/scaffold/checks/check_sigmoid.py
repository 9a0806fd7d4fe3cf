"""Exercise 1: a numerical check. What is right is the derivative of the forward pass, which is written here."""

import numpy as np

from grader.api import module, points
from grader.oracles.numeric import Case, Misconception, Question, common_misconceptions, complex_step, judge

exercise1 = module("exercise1")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def case(dy, x):
    """∂L/∂x for the loss L = sum(dy * sigmoid(x)), whose gradient with respect to y is dy."""
    dy, x = np.array(dy, float), np.array(x, float)
    return Case("dx", {"dy": dy, "x": x}, complex_step(lambda z: (dy * sigmoid(z)).sum(), x))


# What students with a known mistake would return: the first that fits their answer is named to them.
FORGOTTEN = "This is the derivative of the sigmoid alone. By the chain rule it is multiplied by dy."
MISCONCEPTIONS = (
    *common_misconceptions(),
    Misconception("upstream-gradient-forgotten", FORGOTTEN, (lambda c: sigmoid(c["x"]) * sigmoid(-c["x"]),)),
)
# The smallest inputs, to show a student where the function fails.
SMALL = (case([[2]], [[0]]), case([[1, -1]], [[0, 1]]), case([[1], [3]], [[-1], [0]]))


@points("1.1")
def check_gradient(exercise1, rng):
    """The gradient of the loss with respect to x is right."""
    drawn = [case(rng.normal(size=shape), rng.normal(size=shape)) for shape in ((1, 3), (4, 2), (3, 5))]
    return judge(exercise1.sigmoid_backward, Question(drawn, SMALL, MISCONCEPTIONS))
