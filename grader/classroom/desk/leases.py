"""A hand-in that is open at somebody's desk is theirs until they leave it or ten minutes pass.

A courtesy: where it cannot be written down, because another program keeps the desk's file, the page opens all the same.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from grader.classroom.desk.database import BusyError, Database

SECONDS = 600.0  # longer than reading a text takes, shorter than a lunch break


class Leases:
    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def take(self, entry: str, marker: str) -> str | None:
        """Makes it `marker`'s, and whatever else they had open free again; returns whose it is if it is not theirs."""
        now = self._clock()
        with suppress(BusyError), self._database.writing():
            other = self.holder(entry, marker)
            if other is None:
                self._database.run("DELETE FROM lease WHERE marker = ? OR until <= ?", marker, now, quiet=True)
                self._database.run(
                    "INSERT OR REPLACE INTO lease VALUES (?, ?, ?)", entry, marker, now + SECONDS, quiet=True
                )
            return other
        return None

    def leave(self, marker: str) -> None:
        with suppress(BusyError):
            self._database.run("DELETE FROM lease WHERE marker = ?", marker, quiet=True)

    def holder(self, entry: str, marker: str) -> str | None:
        """Who has it open, if that is somebody else than `marker`."""
        query = "SELECT marker FROM lease WHERE entry = ? AND marker != ? AND until > ?"
        row = self._database.row(query, entry, marker, self._clock())
        return None if row is None else str(row["marker"])

    def held_by_others(self, marker: str) -> dict[str, str]:
        """Hand-in -> who has it open, of those that others have."""
        query = "SELECT entry, marker FROM lease WHERE marker != ? AND until > ?"
        return {row["entry"]: row["marker"] for row in self._database.rows(query, marker, self._clock())}
