"""Numbers as sentences say them."""


def number(value: float) -> str:
    """2, 0.5, 0.83: a score without trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(count: float, noun: str) -> str:
    """`1 point`, `0.5 points`, `3 points`: a number and what it counts, whose plural ends in s."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"
