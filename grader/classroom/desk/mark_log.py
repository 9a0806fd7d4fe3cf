"""The journal of marks: each is here, on the disk, before the page says so, and from here goes into its report.

A mark that is here and not yet in its report (a kill in between, a class that is being graded) is carried over later;
one that is there already is not taken twice, since no two marks have the same moment.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from grader.classroom.desk.database import Database
from grader.schema import ReviewEntry


class Source(StrEnum):
    """How a mark came about."""

    MARK = "mark"
    UNDO = "undo"
    ITEMS = "items"  # an item of the rubric was changed
    REGRADE = "regrade"


@dataclass(frozen=True, slots=True)
class LoggedMark:
    """One mark of the hand-in `entry`. `items` are the rubric items that it is the sum of, `words` the free comment."""

    number: int
    entry: str
    review: ReviewEntry
    source: Source
    items: tuple[int, ...]
    words: str


class MarkLog:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._latest = datetime.min.replace(tzinfo=UTC)

    def moment(self) -> str:
        """The time now, but later than any that it returned before."""
        self._latest = max(datetime.now(UTC), self._latest + timedelta(microseconds=1))
        return self._latest.isoformat(timespec="microseconds")

    def add(
        self,
        entry: str,
        review: ReviewEntry,
        source: Source,
        *,
        items: Sequence[int] = (),
        words: str = "",
        undoes: int | None = None,
        nonce: str | None = None,
    ) -> None:
        """Writes a mark down; to be called within `Database.writing`."""
        self._database.run(
            "INSERT INTO mark (entry, point, review, source, items, words, undoes, nonce) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            entry,
            review.point,
            review.model_dump_json(),
            source,
            json.dumps(list(items)),
            words,
            undoes,
            nonce,
            quiet=True,  # the class's state tells the queue
        )
        self._database.set("behind", str(int(self._database.setting("behind", "0")) + 1), quiet=True)

    def answered(self, nonce: str, entry: str, point: str) -> LoggedMark | None:
        """The mark of the very same request, if there is one: its answer was lost on the way, and it came again."""
        marks = self._read("SELECT * FROM mark WHERE nonce = ? AND entry = ? AND point = ?", nonce, entry, point)
        return marks[0] if marks else None

    def waiting(self, entry: str | None = None) -> list[LoggedMark]:
        """Those that are not in their reports yet, in their order."""
        if entry is None:
            return self._read("SELECT * FROM mark WHERE carried = 0 ORDER BY number")
        return self._read("SELECT * FROM mark WHERE carried = 0 AND entry = ? ORDER BY number", entry)

    def carried(self, marks: Iterable[LoggedMark]) -> None:
        with self._database.writing():
            for logged in marks:
                self._database.run("UPDATE mark SET carried = 1 WHERE number = ?", logged.number, quiet=True)

    def latest(self, entry: str, point: str) -> LoggedMark | None:
        marks = self._read(
            "SELECT * FROM mark WHERE entry = ? AND point = ? ORDER BY number DESC LIMIT 1", entry, point
        )
        return marks[0] if marks else None

    def latest_of_point(self, point: str) -> list[LoggedMark]:
        """The latest mark of each hand-in."""
        query = "SELECT * FROM mark WHERE number IN (SELECT max(number) FROM mark WHERE point = ? GROUP BY entry)"
        return self._read(query, point)

    def undoable(self, marker: str) -> LoggedMark | None:
        """The latest mark of somebody that they have not taken back."""
        marks = self._read(
            "SELECT * FROM mark WHERE source IN ('mark', 'regrade') AND json_extract(review, '$.by') = ? "
            "AND number NOT IN (SELECT undoes FROM mark WHERE undoes IS NOT NULL) ORDER BY number DESC LIMIT 1",
            marker,
        )
        return marks[0] if marks else None

    def taken_back(self, entry: str, point: str) -> set[str]:
        """The moments of the marks of a point that were taken back, and of those that did so."""
        logged = self._read("SELECT * FROM mark WHERE entry = ? AND point = ?", entry, point)
        undone = self._database.rows("SELECT undoes FROM mark WHERE entry = ? AND point = ?", entry, point)
        numbers = {row["undoes"] for row in undone}
        return {
            entry_mark.review.when
            for entry_mark in logged
            if entry_mark.source is Source.UNDO or entry_mark.number in numbers
        }

    def _read(self, query: str, *values: object) -> list[LoggedMark]:
        return [_logged(row) for row in self._database.rows(query, *values)]


def _logged(row: sqlite3.Row) -> LoggedMark:
    review = ReviewEntry.model_validate_json(row["review"])
    items = tuple(json.loads(row["items"]))
    return LoggedMark(row["number"], row["entry"], review, Source(row["source"]), items, row["words"])
