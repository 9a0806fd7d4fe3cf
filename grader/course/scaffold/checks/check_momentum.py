"""Exercise 3: a check of an object. It stays in the student's worker; the check holds a handle of it."""

import numpy as np

from grader.api import fetch, module, points
from grader.oracles.numeric import Case, Misconception, Question, common_misconceptions, judge

exercise3 = module("exercise3")

STEPS = 6
SMALL = ([[1.0]], [[1.0], [0.0]], [[1.0, 2.0], [3.0, 4.0]])  # gradients, to show a student where the class fails
NO_MEMORY = "Each step is that of plain gradient descent: the velocity of the step before is not in it."


def velocities(momentum, gradients):
    """v_t = momentum * v_(t-1) + gradient_t, one row for each step."""
    rows, velocity = [], np.zeros_like(gradients[0])
    for gradient in gradients:
        velocity = momentum * velocity + gradient
        rows.append(velocity)
    return np.array(rows)


def question(learning_rate, momentum, drawn):
    # What a student would write: for `grader try`, which runs it on the smallest input that fails.
    call = f"optimizer = Momentum({learning_rate}, {momentum})\n[optimizer.step(gradient) for gradient in gradients]"

    def case(gradients):
        gradients = np.array(gradients)
        return Case("the steps", {"gradients": gradients}, -learning_rate * velocities(momentum, gradients), call=call)

    no_memory = Misconception("no-memory", NO_MEMORY, (lambda c: -learning_rate * c["gradients"],))
    return Question([case(drawn)], [case(small) for small in SMALL], (*common_misconceptions(), no_memory))


@points("3.1")
def check_steps(exercise3, rng):
    """Each step remembers the gradients before it."""
    learning_rate, momentum = rng.uniform(0.01, 1), rng.uniform(0.3, 0.9)

    def steps(gradients):
        optimizer = exercise3.Momentum(learning_rate, momentum)
        return [fetch(optimizer.step(gradient)) for gradient in gradients]

    return judge(steps, question(learning_rate, momentum, rng.normal(size=(STEPS, 3))))
