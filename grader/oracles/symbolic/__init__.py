"""Symbolic equality on the declared domain, and the judge of exercise 1. Runs where it can be killed; see `bounds`."""

from .general import equal, equal_each
from .identity import judge_chain, judge_partial, judge_substitution

__all__ = ["equal", "equal_each", "judge_chain", "judge_partial", "judge_substitution"]
