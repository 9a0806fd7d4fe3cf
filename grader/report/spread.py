"""How scores are spread: classes of equal width whose edges are numbers that people count in."""

import math
from collections.abc import Iterable

MAX_CLASSES = 12  # classes: more are noise in a class of thirty
_TINY = 1e-9  # of a class's width: a quotient's rounding is no class of its own
_WIDTHS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


def spread(scores: Iterable[float], maximum: float) -> list[tuple[float, float, int]]:
    """(from, to, how many) of each class from 0 to `maximum`; the last one includes it."""
    width = next((width for width in _WIDTHS if maximum <= MAX_CLASSES * width), maximum / MAX_CLASSES)
    counts = [0] * max(1, math.ceil(maximum / width - _TINY))
    for score in scores:
        counts[min(len(counts) - 1, max(0, int(score / width)))] += 1
    return [(width * place, min(maximum, width * (place + 1)), count) for place, count in enumerate(counts)]
