"""The items of a person's point: each with points and a sentence. Ticked, they add up to a mark and its comment.

That is how people mark fairly: a change of an item re-scores everybody who has it.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from grader.classroom.desk.database import Database
from grader.counting import number
from grader.errors import UsageError

MAX_SENTENCE = 300
MAX_ITEMS = 30
_DIGITS = 6
Begin = Literal["nothing", "everything"]  # what a sheet has before any item is ticked


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    points: float
    sentence: str


class RubricItems:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, point: str) -> list[Item]:
        query = "SELECT number, points, sentence FROM item WHERE point = ? AND NOT removed ORDER BY number"
        return [Item(row["number"], row["points"], row["sentence"]) for row in self._database.rows(query, point)]

    def begin(self, point: str) -> Begin:
        return "everything" if self._database.setting(f"begin {point}") == "everything" else "nothing"

    def begin_with(self, point: str, begin: str) -> None:
        if begin not in ("nothing", "everything"):
            raise UsageError(f"a sheet begins with nothing or with everything, not with {begin!r}.")
        self._database.set(f"begin {point}", begin)

    def add(self, point: str, points: str, sentence: str) -> None:
        """Raises UsageError for what is no item."""
        if len(self.of(point)) >= MAX_ITEMS:
            raise UsageError(f"point {point} has {MAX_ITEMS} items already, which is the most it can have.")
        values = (_points(points), _sentence(sentence))
        self._database.run("INSERT INTO item (point, points, sentence) VALUES (?, ?, ?)", point, *values)

    def change(self, point: str, item: int, points: str, sentence: str) -> None:
        """Raises UsageError for what is no item."""
        values = (_points(points), _sentence(sentence))
        query = "UPDATE item SET points = ?, sentence = ? WHERE number = ? AND point = ? AND NOT removed"
        if not self._database.run(query, *values, item, point):
            raise UsageError(f"point {point} has no item {item}; somebody may have removed it.")

    def remove(self, point: str, item: int) -> None:
        self._database.run("UPDATE item SET removed = 1 WHERE number = ? AND point = ?", item, point)

    def total(self, point: str, ticked: Collection[int], max_score: float) -> float:
        """What the ticked items come to, between 0 and the maximum."""
        base = max_score if self.begin(point) == "everything" else 0.0
        added = sum(item.points for item in self.of(point) if item.number in ticked)
        return round(min(max(base + added, 0.0), max_score), _DIGITS)

    def comment(self, point: str, ticked: Collection[int], words: str) -> str:
        """The sentences of the ticked items with their points, then the marker's own words."""
        sentences = [f"{item.sentence} ({signed(item.points)})" for item in self.of(point) if item.number in ticked]
        return " ".join([*sentences, words.strip()]).strip()


def signed(points: float) -> str:
    """+0.5, −0.25, 0."""
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{number(abs(points))}"


def _points(text: str) -> float:
    try:
        points = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        points = math.nan
    if not math.isfinite(points) or abs(points) > 1_000:
        raise UsageError(f"an item's points are a number such as 0.5 or -0.25; {text.strip()[:40]!r} is not one.")
    return points


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    if not 0 < len(text) <= MAX_SENTENCE:
        raise UsageError(f"an item needs a sentence of at most {MAX_SENTENCE} characters.")
    return text
