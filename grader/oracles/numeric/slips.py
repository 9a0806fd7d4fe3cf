"""Slips that make numpy raise, known by what Python says about them."""

import re

from grader.oracles.misconceptions import Misconception, recognise

Pattern = re.Pattern[str]

SLIPS: tuple[Misconception[Pattern], ...] = (
    Misconception(
        "true-division",
        "`/` gives a float, and a size or an index needs an integer: divide with `//`.",
        (
            re.compile("'(numpy[.])?float(64)?' object cannot be interpreted as an integer"),
            re.compile("slice indices must be integers"),
            re.compile("only integers, slices .* are valid indices"),
            re.compile("expected a sequence of integers or a single integer, got '[0-9.]+'"),
        ),
    ),
)


def slip(message: str) -> Misconception[Pattern] | None:
    """The slip that an exception's message tells of."""
    return recognise(SLIPS, lambda pattern: pattern.search(message) is not None)
