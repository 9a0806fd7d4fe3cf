"""A second reader: a sample marked twice, the second time without the first mark in sight, and how far they agree.

Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960), 37-46.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import fmean

from grader.classroom.desk.database import Database

_SPACE = 1 << 64


@dataclass(frozen=True, slots=True)
class SecondMark:
    entry: str
    point: str
    sha256: str
    score: float
    comment: str
    marker: str
    moment: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far pairs of marks agree: how many, how many are equal, the mean difference (second minus first, and without
    its sign), and Cohen's kappa, None where it has no value: nothing marked twice, or all marks the same.
    """

    count: int
    equal: int
    bias: float
    difference: float
    kappa: float | None


class SecondReadings:
    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def percent(self) -> float:
        return float(self._database.setting("second", "0"))

    def is_sampled(self, salt: str, entry: str, point: str) -> bool:
        """Whether it is in the sample: always the same one of a class, whoever asks."""
        drawn = int.from_bytes(sha256(f"{salt} second {point} {entry}".encode()).digest()[:8])
        return drawn < self.percent / 100 * _SPACE

    def of(self, entry: str, point: str, digest: str) -> SecondMark | None:
        query = "SELECT * FROM second WHERE entry = ? AND point = ? AND sha256 = ?"
        row = self._database.row(query, entry, point, digest)
        return None if row is None else _second(row)

    def all(self) -> dict[tuple[str, str, str], SecondMark]:
        marks = [_second(row) for row in self._database.rows("SELECT * FROM second ORDER BY moment")]
        return {(mark.entry, mark.point, mark.sha256): mark for mark in marks}

    def keep(self, mark: SecondMark) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO second VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(mark.entry, mark.point, mark.sha256, mark.score, mark.comment, mark.marker, mark.moment),
            quiet=True,  # whoever gives it tells the queue
        )


def agreement(pairs: Sequence[tuple[float, float]]) -> Agreement:
    """Of (first, second) scores of one point."""
    if not pairs:
        return Agreement(0, 0, 0.0, 0.0, None)
    equal = sum(first == second for first, second in pairs)
    differences = [second - first for first, second in pairs]
    return Agreement(len(pairs), equal, fmean(differences), fmean(map(abs, differences)), kappa(pairs))


def kappa(pairs: Sequence[tuple[float, float]]) -> float | None:
    """(p_o - p_e) / (1 - p_e), every distinct score a category; None where p_e is 1."""
    count = len(pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    observed = sum(first == second for first, second in pairs) * count
    expected = sum(firsts[score] * seconds[score] for score in firsts)  # both times count², so that integers tell
    return None if count == 0 or expected == count**2 else (observed - expected) / (count**2 - expected)


def _second(row: sqlite3.Row) -> SecondMark:
    return SecondMark(**dict(row))
