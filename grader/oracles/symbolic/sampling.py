"""Points of a domain: those that decide, drawn from the grading's seed, and those that a person can check by hand.

The first kind has one large prime as denominator, so that no multiple of a coordinate is whole, coordinates of several
magnitudes, and angles in all quadrants, in their middle and next to the axes.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import pi, sin
from typing import TypeAlias

import sympy

from ..figures import figure
from .domain import Domain, Question

PRIME_BITS = 40  # of the denominator: a number that has all such primes as factors is beyond `bounds.MAX_WEIGHT`
MIDDLE = (0.3, 3.0)  # magnitudes of an ordinary coordinate
DECADES = (-4, 3)  # powers of ten of the smallest and the largest ones
AXIS_DECADES = (-6, -1)  # of the distance between an angle and an axis, for those next to one
AXIS_MARGIN = 0.1  # and at the least, for the others


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A rational number, or a rational multiple of π."""

    value: Fraction
    of_pi: bool = False

    def __str__(self) -> str:
        if not self.of_pi:
            return _decimal(float(self.value))
        above, below = self.value.numerator, self.value.denominator
        sign = "−" if above < 0 else ""
        whole = {0: "0", 1: "π"}.get(abs(above), f"{abs(above)}π")
        return f"{sign}{whole}" if below == 1 or not above else f"{sign}{whole}/{below}"


Point: TypeAlias = Mapping[str, Coordinate]


def points(names: list[str], question: Question) -> Iterator[Point]:
    """The same endless row of points for the same names, domain and seed."""
    draw = random.Random(f"{question.seed} {' '.join(names)}")
    prime = int(sympy.nextprime(draw.getrandbits(PRIME_BITS) | 1 << (PRIME_BITS - 1)))
    turn = draw.randrange(4)
    while True:
        for spread in (False, True, False):
            turn += 1
            yield {name: _coordinate(name, question.domain, draw, prime, spread, turn) for name in names}


def _coordinate(name: str, domain: Domain, draw: random.Random, prime: int, spread: bool, turn: int) -> Coordinate:
    if domain.is_angle(name):
        size = _angle(draw, near=spread, quadrant=turn % 4)
    elif domain.is_sine(name):
        size = sin(_angle(draw, near=spread, quadrant=turn % 4))
    else:
        size = draw.uniform(*MIDDLE) * (10.0 ** draw.randint(*DECADES) if spread else 1)
        size = size if domain.is_positive(name) or draw.random() < 0.5 else -size
    return Coordinate(Fraction(round(Fraction(size) * prime), prime))


def _angle(draw: random.Random, *, near: bool, quadrant: int) -> float:
    beyond = 10 ** draw.uniform(*AXIS_DECADES) if near else draw.uniform(AXIS_MARGIN, pi / 2 - AXIS_MARGIN)
    if near and draw.random() < 0.5:
        beyond = pi / 2 - beyond
    return (quadrant - 2) * pi / 2 + beyond


_PLAIN = {  # in the order in which they are tried: coordinates of the first, second, ... symbol of a kind
    "angle": tuple((Fraction(*turn), True) for turn in ((1, 2), (0, 1), (1, 1), (-1, 2), (1, 4))),
    "positive": ((Fraction(2), False), (Fraction(1), False), (Fraction(3), False)),
}
_REAL = ((1, 0), (0, 1), (1, 2), (2, 1), (1, 1), (3, 1), (2, 5))  # repeated over the symbols


def plain_points(names: list[str], domain: Domain) -> Iterator[Point]:
    """A few points with coordinates such as 0, 1, 2 and π/2, the plainest first."""
    reals = [name for name in names if not (domain.is_angle(name) or domain.is_positive(name))]
    for numbers in _REAL if reals else _REAL[:1]:
        for angle in _PLAIN["angle"] if any(map(domain.is_angle, names)) else _PLAIN["angle"][:1]:
            for positive in _PLAIN["positive"] if any(map(domain.is_positive, names)) else _PLAIN["positive"][:1]:
                yield {
                    name: Coordinate(Fraction(numbers[reals.index(name) % len(numbers)]))
                    if name in reals
                    else Coordinate(*(angle if domain.is_angle(name) else positive))
                    for name in names
                }


def _decimal(value: float) -> str:
    return figure(value).replace("e+0", "e+").replace("e-0", "e-").replace("-", "−")
