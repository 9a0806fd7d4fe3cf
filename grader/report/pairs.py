"""Two hand-ins that are alike."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two hand-ins and the share, 0 to 1, of the smaller one that the other has too."""

    left: str
    right: str
    share: float
