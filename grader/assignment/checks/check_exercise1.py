"""Exercise 1: the chain rule in polar coordinates. Equality is decided on the whole domain r > 0, θ real."""

from collections.abc import Callable
from typing import Any

from grader.api import Verdict, module, points
from grader.assignment.chain_rule import proof

exercise1 = module("exercise1")


@points("1.1")
def check_df_dr(exercise1: Any, bounded: Callable[[str], Any], seed: int) -> Verdict:
    """df_dr is the chain rule for ∂f/∂r."""
    return proof.judge_partial("df_dr", exercise1.df_dr, bounded("algebra"), seed)


@points("1.2")
def check_df_dtheta(exercise1: Any, bounded: Callable[[str], Any], seed: int) -> Verdict:
    """df_dtheta is the chain rule for ∂f/∂θ."""
    return proof.judge_partial("df_dtheta", exercise1.df_dtheta, bounded("algebra"), seed)


@points("1.3")
def check_substitution(exercise1: Any, bounded: Callable[[str], Any], seed: int) -> Verdict:
    """The proof shows the substitution, and it is right."""
    return proof.judge_substitution(exercise1, bounded("algebra"), seed)


@points("1.4")
def check_chain(exercise1: Any, bounded: Callable[[str], Any], seed: int) -> Verdict:
    """Every line of the proof equals the one before, from one side of the identity to the other."""
    return proof.judge_chain(exercise1.proof, bounded("algebra"), seed)
