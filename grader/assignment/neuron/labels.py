"""3.1, judged: the nine positions that a student's function gives, for several places of x_1."""

from collections.abc import Callable, Sequence
from typing import Any

from grader.api import Verdict
from grader.assignment.neuron.neuron_answers import read_positions
from grader.assignment.neuron.neuron_misconceptions import LABEL_MISCONCEPTIONS
from grader.assignment.neuron.weights import ROW_BY_ROW, Offset
from grader.oracles.misconceptions import recognise
from grader.oracles.numeric import UnreadableError, sentence


def judge_labels(function: Callable[..., Any], positions: Sequence[Offset]) -> Verdict:
    """3.1. Raises CallFailure."""
    answers: list[tuple[Offset, list[Offset]]] = []
    for row, col in positions:
        try:
            answers.append(((row, col), read_positions(function(row, col))))
        except UnreadableError as error:
            return Verdict.failed(sentence(f"affected_outputs({row}, {col})", error))
    wrong = next(((place, labels) for place, labels in answers if set(labels) != around(*place)), None)
    if wrong is None:
        return Verdict.passed()
    (row, col), labels = wrong
    misconception = recognise(
        LABEL_MISCONCEPTIONS, lambda positions: all(set(got) == positions(*place) for place, got in answers)
    )
    evidence: dict[str, Any] = {"input": {"row": row, "col": col}, "got": [list(place) for place in labels]}
    if misconception is not None:
        return Verdict.failed(misconception.sentence, misconception.id, **evidence)
    if len(answers) > 1 and all(set(got) == set(labels) for _, got in answers):
        message = "The positions are the same wherever x_1 is: compute them from row and col."
        return Verdict.failed(message, "same-for-every-position", **evidence)
    return Verdict.failed(_label_sentence(row, col, labels), **evidence)


def around(row: int, col: int) -> set[Offset]:
    """The outputs that X[row, col] affects, under either convention."""
    return {(row + down, col + right) for down, right in ROW_BY_ROW}


def _label_sentence(row: int, col: int, positions: Sequence[Offset]) -> str:
    right = len(set(positions) & around(row, col))
    outside = next((place for place in positions if place not in around(row, col)), None)
    twice = next((place for place in positions if positions.count(place) > 1), None)
    wrong = f"{outside} is not affected" if outside is not None else f"{twice} is listed twice"
    return f"For x_1 at ({row}, {col}), {right} of the nine neurons are there: {wrong}."
