"""Two hand-ins that are alike."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two hand-ins and the share, 0 to 1, of the smaller one that the other has too.

    With `earlier`, `right` is no id of this class: it names a hand-in of an earlier year, and which class that was.
    """

    left: str
    right: str
    share: float
    earlier: bool = False
