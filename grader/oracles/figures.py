"""Numbers as a sentence or a picture shows them: three significant digits, more where these look the same."""

import math

DIGITS, MAX_DIGITS = 3, 17  # as few as tell apart what is different; 17 tell any two floats apart
_LONGEST_WHOLE = 10**6  # below it a number is written out, and not as 1.44e+03


def figure(value: float | complex, digits: int = DIGITS) -> str:
    """A number with so many significant digits, without trailing zeros and without a negative zero."""
    if isinstance(value, complex):
        return f"{value:.{digits}g}"
    whole = math.isfinite(value) and 10**digits <= abs(value) < _LONGEST_WHOLE
    return f"{value:.0f}" if whole else f"{value + 0:.{digits}g}"


def digits_apart(*values: float) -> int:
    """The fewest digits with which different numbers look different."""
    for digits in range(DIGITS, MAX_DIGITS):
        if len({figure(value, digits) for value in values}) == len({*values}):
            return digits
    return MAX_DIGITS


def figures_apart(*values: float) -> list[str]:
    """Numbers with the fewest digits that show which of them differ."""
    digits = digits_apart(*values)
    return [figure(value, digits) for value in values]
