"""desk.db: what people do at the desk, in SQLite beside the reports. On the disk before anybody is told so.

An `entry` is a hand-in's origin (`journal.origins`), so that what is written about it never has to move.

WAL, so that a reader never waits; `synchronous=FULL`, so that a commit survives kill -9 and a power cut
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import OutputError

NAME = "desk.db"
_WAIT = 2.0  # seconds for another process' write: `grader regrade add` beside an open desk takes milliseconds
_PRIMARY = 0xFF  # of an extended result code of SQLite: the code itself
_SCHEMA = """
CREATE TABLE IF NOT EXISTS mark (
    number INTEGER PRIMARY KEY, entry TEXT NOT NULL, point TEXT NOT NULL, review TEXT NOT NULL, source TEXT NOT NULL,
    items TEXT NOT NULL, words TEXT NOT NULL, undoes INTEGER, nonce TEXT UNIQUE, carried INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS mark_of ON mark (entry, point);
CREATE INDEX IF NOT EXISTS mark_waiting ON mark (carried) WHERE carried = 0;
CREATE TABLE IF NOT EXISTS item (
    number INTEGER PRIMARY KEY, point TEXT NOT NULL, points REAL NOT NULL, sentence TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS snippet (
    point TEXT NOT NULL, text TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (point, text)
);
CREATE TABLE IF NOT EXISTS lease (entry TEXT PRIMARY KEY, marker TEXT NOT NULL, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS marker (name TEXT PRIMARY KEY, points TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS second (
    entry TEXT NOT NULL, point TEXT NOT NULL, sha256 TEXT NOT NULL, score REAL NOT NULL, comment TEXT NOT NULL,
    marker TEXT NOT NULL, moment TEXT NOT NULL, PRIMARY KEY (entry, point, sha256)
);
CREATE TABLE IF NOT EXISTS request (
    number INTEGER PRIMARY KEY, entry TEXT NOT NULL, point TEXT NOT NULL, words TEXT NOT NULL, asked TEXT NOT NULL,
    before REAL, after REAL, answer TEXT, marker TEXT, answered TEXT, UNIQUE (entry, point, words)
);
CREATE TABLE IF NOT EXISTS session (digest TEXT PRIMARY KEY, marker TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS summary (folder TEXT PRIMARY KEY, stamp TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class BusyError(OutputError):
    """Another program keeps desk.db locked."""


class Database:
    """An open desk.db. Raises OutputError where it cannot be opened, read or written."""

    def __init__(self, results: Path) -> None:
        self._path = results / NAME
        self._changes = 0
        with self._in_sentences():
            self._connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            try:
                self._connection.row_factory = sqlite3.Row
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
                self._connection.executescript(_SCHEMA)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        self._connection.close()

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._in_sentences():
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> sqlite3.Row | None:
        with self._in_sentences():
            row: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
            return row

    def run(self, statement: str, *values: object, quiet: bool = False) -> int:
        """Executes one statement; returns how many rows it changed. `quiet` is for what no queue shows."""
        self._changes += not quiet
        with self._in_sentences():
            return self._connection.execute(statement, values).rowcount

    @property
    def version(self) -> tuple[int, int]:
        """Another one after every change that is not quiet, by us or by another process."""
        row = self.row("PRAGMA data_version")
        return self._changes, row[0] if row else 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is written inside is on the disk at the end of the block, or none of it is."""
        with self._in_sentences():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def setting(self, name: str, default: str = "") -> str:
        row = self.row("SELECT value FROM setting WHERE name = ?", name)
        return default if row is None else str(row["value"])

    def set(self, name: str, value: str, *, quiet: bool = False) -> None:
        statement = "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        self.run(statement, name, value, quiet=quiet)

    @contextmanager
    def _in_sentences(self) -> Iterator[None]:
        """What SQLite complains about, as the errors that are shown to people."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise BusyError(f"{self._path}: another program has this file open for writing; close it.") from error
            raise OutputError(f"{self._path}: the desk's own file cannot be used ({error}).") from error
        except sqlite3.Error as error:
            raise OutputError(f"{self._path}: the desk's own file cannot be used ({error}).") from error
