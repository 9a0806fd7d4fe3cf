"""Fit a lost point's message to what is shown beside it."""

import re

from grader.model import Outcome
from grader.report import evidence
from grader.schema import PointScore

_CALL = re.compile(r"^print\((\w+)\(", re.MULTILINE)  # in the lines to paste: the function that was called


def sentence_of(point: PointScore, pictured: bool) -> str:
    """The message, without the numbers that a picture shows; of a point in parts, with the part and the function."""
    message = without_example(point.message, point) if pictured else point.message
    lost = [part for part in point.parts if part.outcome is not Outcome.PASSED]
    if len(point.parts) < 2 or not lost:
        return message
    if len(lost) > 1:
        messages = [without_example(part.message, point) if pictured else part.message for part in lost]
        if len({*messages}) == 1:
            return messages[0]
        return "\n".join(f"({part.part}) {text}" for part, text in zip(lost, messages, strict=True))
    function = _CALL.search(str(point.evidence.get("paste", "")))
    if function is None or message.startswith(function[1]):
        return f"({lost[0].part}) {message}"
    return f"{function[1]} ({lost[0].part}): {message}"


def without_example(message: str, point: PointScore) -> str:
    """A message of the point's without the example in it, which is for readers who are not shown the arrays."""
    example = point.evidence.get(evidence.EXAMPLE)
    return message.replace(f" {example}", "") if isinstance(example, str) else message
