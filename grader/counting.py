"""Numbers and lists as sentences say them."""

from collections.abc import Sequence


def number(value: float) -> str:
    """2, 0.5, 0.83: a score without trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(count: float, noun: str) -> str:
    """`1 point`, `0.5 points`, `3 points`: a number and what it counts, whose plural ends in s."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def some_of(names: Sequence[str], most: int) -> str:
    """`ada, alan and 3 more`: the first `most` of some names."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
