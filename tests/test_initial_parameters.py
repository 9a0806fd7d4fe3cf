"""What is said of the parameters that a new network begins with."""

import numpy as np
import pytest

from grader.model import Outcome
from grader.oracles.layers import judge_parameters


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "b1",
            "Biases begin at zero. params['b1'] has mean 1 and standard deviation 0; "
            "expected mean 0 and standard deviation 0.",
        ),
        (
            "W1",
            "The weights are not normal with mean 0 and the given standard deviation. "
            "params['W1'] has mean 1 and standard deviation 0; expected mean 0 and standard deviation 0.01.",
        ),
    ],
)
def test_a_wrong_mean_or_spread_is_told_beside_the_right_one(name, message):
    verdict = judge_parameters({name: np.ones(20)}, {name: (20,)}, 0.01)
    assert (verdict.outcome, verdict.message) == (Outcome.FAILED, message)
