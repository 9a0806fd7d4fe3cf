"""Keep what the desk's queue needs of every hand-in of a class, up to date with the folder RESULTS.

A report is read again when its file has changed; what was read is remembered between two starts.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from grader.classroom.class_model import Issue, Student, label, names_of
from grader.classroom.desk.database import Database
from grader.classroom.marks.late import POINT as LATE
from grader.classroom.results import journal, store
from grader.classroom.results.store import Entry
from grader.errors import UsageError
from grader.load.submission import digest
from grader.model import Outcome
from grader.rubric import Rubric
from grader.schema import PointScore, Report, ReviewEntry

MAX_REASON = 400  # characters of what the machine said, in a queue
_KEY = 12  # hexadecimal digits of the name by which a page calls a hand-in: no two of 10,000 are the same
_NOTHING = digest({})  # of a hand-in without files
_FORM = 3  # of what is remembered; counts up when `_Summary` changes


@dataclass(frozen=True, slots=True)
class PointState:
    """One point that a person has to do with: left to them by the machine, or marked by them."""

    max_score: float
    score: float
    machine: Outcome
    reason: str
    given: ReviewEntry | None

    @property
    def is_marked(self) -> bool:
        return self.given is not None and self.given.score is not None


@dataclass(frozen=True, slots=True)
class _Summary:
    """What is kept of one report. `damage` says why there is none."""

    digest: str = ""
    points: Mapping[str, PointState] | None = None
    damage: str = ""


@dataclass(frozen=True, slots=True)
class HandIn:
    """One hand-in. `key` is what pages and addresses call it: it tells nobody whose it is. By its `origin`, the id that
    it came into the class with, the database knows it. Neither changes where a roster or a match gives it another id.
    """

    key: str
    origin: str
    entry: Entry
    folder: str
    digest: str
    points: Mapping[str, PointState]
    damage: str

    @property
    def version(self) -> str:
        """Tells the files of this hand-in from those of another of the same person."""
        return self.digest[:_KEY]

    @property
    def name(self) -> str:
        names = names_of(self.entry.students)
        return names if any(char.isprintable() and not char.isspace() for char in names) else self.entry.id


class ClassState:
    """The class in `results`. `hand_ins` has those with a report, by key, in the class's own order."""

    def __init__(self, results: Path, rubric: Rubric, database: Database) -> None:
        self.results = results
        self.title = rubric.title
        self.salt = _salt(database)
        self.issues: tuple[Issue, ...] = ()
        self.expected = 0  # hand-ins, with a report or still without one
        self.hand_ins: dict[str, HandIn] = {}
        self.version = 0  # counts the changes of what is above, but for marks
        self.changed: list[str] = []  # the keys of the hand-ins that something was done about, one after the other
        self._rubric = rubric
        self._database = database
        self._adapter = TypeAdapter(_Summary)
        self._index_stamp: str | None = None
        self._journal_stamp: str | None = None
        self._moves = self._moves_now = 0  # how many ids had changed when the class was read, and now
        self._entries: list[Entry] = []
        self._students: dict[str, tuple[Student, ...]] = {}
        self._stamps: dict[str, str] = {}
        self._origins: Mapping[str, str] = {}
        self._by_entry: dict[str, str] = {}
        self._by_origin: dict[str, str] = {}
        self._by_digest: dict[str, list[str]] = {}

    def refresh(self) -> None:
        """Looks at the folder, and reads what is new. Raises UsageError where there is no class."""
        self._read_index()
        remembered = {} if self._stamps else self._remembered()
        hand_ins: dict[str, HandIn] = {}
        learned: list[tuple[str, str, str]] = []
        for entry in self._entries:
            hand_in = self._hand_in(entry, remembered, learned)
            if hand_in is not None:
                hand_ins[hand_in.key] = hand_in
        if hand_ins != self.hand_ins:
            self.version += 1
        self.hand_ins = hand_ins
        self._by_entry = {hand_in.entry.id: key for key, hand_in in hand_ins.items()}
        self._by_origin = {hand_in.origin: key for key, hand_in in hand_ins.items()}
        self._by_digest = {}
        for key, hand_in in hand_ins.items():
            self._by_digest.setdefault(hand_in.digest, []).append(key)
        self._remember(learned)

    def _hand_in(
        self, entry: Entry, remembered: Mapping[tuple[str, str], str], learned: list[tuple[str, str, str]]
    ) -> HandIn | None:
        """One line of the class, as far as it has a report, or should have; what was read for it joins `learned`."""
        stamp = _stamp(self.results / entry.folder / store.REPORT) if entry.folder else None
        if entry.folder is None or (stamp is None and entry.status != "graded"):
            return None
        origin = self._origins.get(entry.id, entry.id)
        key = self._key(origin)
        current = self.hand_ins.get(key)
        if current is not None and self._stamps.get(entry.folder) == stamp:
            return current if current.entry is entry else replace(current, entry=entry)
        text = remembered.get((entry.folder, stamp or ""))
        summary = self._adapter.validate_json(text) if text else self._summary(entry.folder)
        if stamp is None:
            self._stamps.pop(entry.folder, None)
        else:
            self._stamps[entry.folder] = stamp
            if not text:
                learned.append((entry.folder, stamp, self._adapter.dump_json(summary).decode()))
        return HandIn(key, origin, entry, entry.folder, summary.digest, summary.points or {}, summary.damage)

    def is_behind(self) -> bool:
        """Whether ids have changed since the class was read: what is known as one hand-in's folder may be another's."""
        path = self.results / journal.NAME
        if (stamp := _stamp(path)) != self._journal_stamp:
            self._moves_now, self._journal_stamp = len(journal.moves(path)), stamp
        return self._moves_now != self._moves

    def by_entry(self, entry: str) -> HandIn | None:
        """The hand-in that the class calls `entry` now."""
        return self.hand_ins.get(self._by_entry.get(entry, ""))

    def by_origin(self, origin: str) -> HandIn | None:
        """The hand-in that the database calls so."""
        return self.hand_ins.get(self._by_origin.get(origin, ""))

    def twins(self, hand_in: HandIn) -> list[HandIn]:
        """The others who handed in the very same files; none where these are no files at all."""
        same = self._by_digest.get(hand_in.digest, []) if hand_in.digest not in ("", _NOTHING) else []
        return [self.hand_ins[key] for key in same if key != hand_in.key]

    def folders(self) -> frozenset[str]:
        """The folders in RESULTS that are a hand-in's."""
        return frozenset(hand_in.folder for hand_in in self.hand_ins.values())

    def people(self) -> list[tuple[str, str, bool]]:
        """Id, name and whether there is nothing of theirs yet, of everybody in the class."""
        return [
            (person.id or entry.id, person.name, entry.status == "absent")
            for entry in self._entries
            for person in entry.students
        ]

    def called(self, whose: str) -> str:
        """Names and id of whom an issue is about; as it is where that is no id of the class."""
        return label(whose, self._students.get(whose, ()))

    def add_mark(self, origin: str, mark: ReviewEntry) -> None:
        """Takes note of a mark that is not in its report yet."""
        hand_in = self.by_origin(origin)
        if hand_in is None or mark.sha256 != hand_in.digest:
            return
        state = hand_in.points.get(mark.point) or PointState(
            mark.max_score, mark.before or 0.0, Outcome.PASSED, "", None
        )
        score = state.score if mark.score is None else mark.score
        points = {**hand_in.points, mark.point: replace(state, given=mark, score=score)}
        self.hand_ins[hand_in.key] = replace(hand_in, points=points)
        self.changed.append(hand_in.key)

    def is_personal(self, point: str) -> bool:
        """Whether the rubric leaves this point to a person, whatever the machine finds."""
        return any(rubric_point.id == point and rubric_point.kind == "person" for rubric_point in self._rubric.points)

    def _key(self, origin: str) -> str:
        return sha256(f"{self.salt} {origin}".encode()).hexdigest()[:_KEY]

    def _read_index(self) -> None:
        path = self.results / store.INDEX
        stamp = _stamp(path) or _stamp(self.results / journal.NAME)
        if stamp == self._index_stamp and stamp is not None and not self.is_behind():
            return
        moves = len(journal.moves(self.results / journal.NAME))  # before the list, which may only be newer
        if path.is_file():
            index = store.read_index(self.results)
            self.title, self.issues = index.title, index.issues
            self._entries = list(index.entries)
            self.expected = sum(entry.status != "absent" for entry in self._entries)
        else:
            self._read_journal()
        self._students = {entry.id: entry.students for entry in self._entries}
        self._index_stamp, self._moves = stamp, moves
        self._origins = journal.origins(self.results / journal.NAME)
        self.version += 1

    def _read_journal(self) -> None:
        """The first run is still at work: there is no list yet, but what is done is in the journal."""
        path = self.results / journal.NAME
        if not path.is_file():
            raise UsageError(f"{self.results}: no graded class was found here; `grader class` grades one.")
        state = journal.State()
        for record in journal.read(path):
            state.take(record)
        self.expected = len(state.folders)
        self._entries = [
            Entry(id=name, folder=folder, students=(), status="graded" if name in state.graded else "waiting")
            for name, folder in state.folders.items()
        ]

    def _summary(self, folder: str) -> _Summary:
        try:
            report = store.read_report(self.results / folder / store.REPORT)
        except UsageError as error:
            return _Summary(damage=str(error))
        return _Summary(report.submission.sha256, _points(report))

    def _remembered(self) -> dict[tuple[str, str], str]:
        if self._database.setting("form") != str(_FORM):
            return {}
        rows = self._database.rows("SELECT folder, stamp, text FROM summary")
        try:
            for row in rows[:1]:
                self._adapter.validate_json(row["text"])
        except ValidationError:
            return {}
        return {(row["folder"], row["stamp"]): row["text"] for row in rows}

    def _remember(self, learned: list[tuple[str, str, str]]) -> None:
        if learned:
            with self._database.writing():
                self._database.set("form", str(_FORM))
                for row in learned:
                    self._database.run("INSERT OR REPLACE INTO summary VALUES (?, ?, ?)", *row, quiet=True)


def _points(report: Report) -> dict[str, PointState]:
    reviews = {review.point: review for review in report.reviews if review.sha256 == report.submission.sha256}
    late = reviews.get(LATE)
    decided = {LATE: PointState(late.max_score, late.score or 0.0, Outcome.PASSED, "", late)} if late else {}
    return decided | {
        point.id: PointState(
            max_score=point.max_score,
            score=point.score,
            machine=machine_outcome(point),
            reason=" ".join(part.message for part in point.parts if part.outcome is Outcome.REVIEW)[:MAX_REASON],
            given=reviews.get(point.id),
        )
        for point in report.points
        if machine_outcome(point) is Outcome.REVIEW or point.id in reviews
    }


def machine_outcome(point: PointScore) -> Outcome:
    """What the machine said of a point: `review` where it left any part of it to a person."""
    if any(part.outcome is Outcome.REVIEW for part in point.parts):
        return Outcome.REVIEW
    return point.parts[0].outcome if len(point.parts) == 1 else point.outcome


def _salt(database: Database) -> str:
    """What is the same for this desk whenever it is opened, and known to nobody else."""
    if not database.setting("salt"):
        database.set("salt", secrets.token_hex(16))
    return database.setting("salt")


def _stamp(path: Path) -> str | None:
    """Tells two states of a file apart; None where there is no such file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"
