"""Regrade requests: what somebody asked, and what became of it. Before, after and the words of both are kept."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.desk.database import Database
from grader.classroom.results import journal, store
from grader.classroom.results.hand_in_names import HandInNames
from grader.classroom.tables import bare, read_table
from grader.errors import UsageError
from grader.report.plain_text import clean

MAX_WORDS = 4_000
_COLUMNS = {
    "entry": ("id", "idnumber", "idnummer", "matrikelnummer", "student"),
    "point": ("point", "punkt"),
    "words": ("words", "request", "reason", "begrundung", "text"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """`answer` is None while it is open; `before` and `after` are the point's scores around the answer."""

    number: int
    entry: str
    point: str
    words: str
    asked: str
    before: float | None
    after: float | None
    answer: str | None
    marker: str | None
    answered: str | None


class Regrades:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: str, point: str, words: str, when: str) -> bool:
        """Writes a request down; False where the very same one is there already."""
        text = clean(words.strip(), MAX_WORDS)
        query = "INSERT OR IGNORE INTO request (entry, point, words, asked) VALUES (?, ?, ?, ?)"
        return self._database.run(query, entry, point, text, when) > 0

    def all(self) -> list[Request]:
        return [_request(row) for row in self._database.rows("SELECT * FROM request ORDER BY number")]

    def open_for(self, entry: str, point: str) -> Request | None:
        query = "SELECT * FROM request WHERE entry = ? AND point = ? AND answered IS NULL ORDER BY number"
        row = self._database.row(query, entry, point)
        return None if row is None else _request(row)

    def numbered(self, number: int) -> Request:
        (row,) = self._database.rows("SELECT * FROM request WHERE number = ?", number)
        return _request(row)

    def answered_by(self, entry: str, point: str, marker: str, answer: str) -> bool:
        """Whether the latest answer about a point is this very one of this person."""
        query = "SELECT marker, answer FROM request WHERE entry = ? AND point = ? ORDER BY answered DESC LIMIT 1"
        row = self._database.row(query, entry, point)
        return row is not None and (row["marker"], row["answer"]) == (marker, answer)

    def reopen(self, entry: str, point: str, answered: str) -> None:
        """Takes an answer back, known by its moment; to be called within `Database.writing`."""
        self._database.run(
            "UPDATE request SET before = NULL, after = NULL, answer = NULL, marker = NULL, answered = NULL "
            "WHERE entry = ? AND point = ? AND answered = ?",
            *(entry, point, answered),
            quiet=True,
        )

    def answer(self, request: Request, *, before: float, after: float, answer: str, marker: str, when: str) -> None:
        """To be called within `Database.writing`."""
        self._database.run(
            "UPDATE request SET before = ?, after = ?, answer = ?, marker = ?, answered = ? WHERE number = ?",
            before,
            after,
            answer,
            marker,
            when,
            request.number,
            quiet=True,  # whoever answers tells the queue
        )


def add_requests(results: Path, requests: list[tuple[str, str, str]], when: str) -> int:
    """Writes (who, point, words) down for the desk of `results`; returns how many are new. All of them, or none.

    Raises UsageError where nobody in this class goes by that name, or has no such point.
    """
    names = HandInNames(store.read_index(results))
    origins = journal.origins(results / journal.NAME)
    new_requests = []
    for who, point, words in requests:
        try:
            entry = names.find(who)
        except UsageError as error:
            raise UsageError(f"{results}: {error}") from error
        points = [
            point_score.id for point_score in store.read_report(results / str(entry.folder) / store.REPORT).points
        ]
        if point not in points:
            raise UsageError(f"{who}: there is no point {point!r} in this report; there are {', '.join(points)}.")
        new_requests.append((origins.get(entry.id, entry.id), point, words))
    with closing(Database(results)) as database, database.writing():
        return sum(Regrades(database).add(*request, when) for request in new_requests)


def read_requests(path: Path) -> list[tuple[str, str, str]]:
    """A CSV with the columns id, point and words. Raises UsageError."""
    table = read_table(path)
    header = table.rows[0]
    names = [bare(name) for name in header]
    places = {}
    for column, headers in _COLUMNS.items():
        columns = [place for place, name in enumerate(names) if name in headers]
        if not columns:
            raise UsageError(f"{path}: there is no column {headers[0]!r}; the header is {', '.join(header)}.")
        places[column] = columns[0]
    requests = []
    for line, row in list(zip(table.lines, table.rows, strict=True))[1:]:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(places.values()):
            raise UsageError(f"{path}, line {line}: this line has {len(row)} cells, fewer than the header.")
        requests.append((row[places["entry"]].strip(), row[places["point"]].strip(), row[places["words"]].strip()))
    return requests


def _request(row: sqlite3.Row) -> Request:
    return Request(**dict(row))
