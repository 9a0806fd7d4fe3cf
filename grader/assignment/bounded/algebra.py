"""What exercises 1 and 3 ask about expressions. One oracle for both, so that sympy is loaded once."""

from grader.oracles.symbolic import equal, equal_each

from .polar_proof import judge_chain, judge_partial, judge_substitution

__all__ = ["equal", "equal_each", "judge_chain", "judge_partial", "judge_substitution"]
