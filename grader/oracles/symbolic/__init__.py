"""Symbolic equality and chains of steps over a domain that the caller gives. Runs where it can be stopped.

    from grader.oracles import symbolic

    symbolic.equal(left, right, {"symbols": {"r": "positive", "theta": "angle"}}, seed)

A verdict has three values: equal, different with a witness, undecided. Sizes and work are bounded by counts and not by
a clock, so that the same question has the same answer on every machine.
"""

from .domain import Domain, Question
from .general import equal, equal_each
from .reading import Reader

__all__ = ["Domain", "Question", "Reader", "equal", "equal_each"]
