"""Functions of arrays, judged: gradients by differences, comparison, the smallest input that fails, its name.

    question = Question(cases, minimal_cases, misconceptions)
    verdict = judge(exercise2.maxpool2x2_backward, question)

Knows no exercise. Runs on the trusted side: what it reads has crossed the wire as plain data.
"""

from grader.oracles.misconceptions import Misconception
from grader.oracles.numeric.arrays import Floats, Numbers, UnreadableError, number_of, read_array, sentence
from grader.oracles.numeric.common_misconceptions import common_misconceptions, of_result
from grader.oracles.numeric.comparison import (
    DOUBLE,
    SINGLE,
    Accepted,
    Answer,
    Case,
    Inputs,
    Precision,
    close,
    mismatch,
    read_and_compare,
)
from grader.oracles.numeric.counterexample import boxes
from grader.oracles.numeric.differences import central_difference, complex_step, gradient, grouped_difference
from grader.oracles.numeric.judge import Question, Shortcut, judge
from grader.oracles.numeric.naming import Fitted, Model, OfCase

__all__ = [
    "DOUBLE",
    "SINGLE",
    "Accepted",
    "Answer",
    "Case",
    "Fitted",
    "Floats",
    "Inputs",
    "Misconception",
    "Model",
    "Numbers",
    "OfCase",
    "Precision",
    "Question",
    "Shortcut",
    "UnreadableError",
    "boxes",
    "central_difference",
    "close",
    "common_misconceptions",
    "complex_step",
    "gradient",
    "grouped_difference",
    "judge",
    "mismatch",
    "number_of",
    "of_result",
    "read_and_compare",
    "read_array",
    "sentence",
]
