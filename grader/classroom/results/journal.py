"""The journal of a class: JSON lines, only ever appended, each on the disk before the next thing happens.

A cut at any moment leaves whole lines and at the most one torn one at the end, which is passed over. What a line says
is done was done before the line was written: first the report, then the line.
"""

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from grader.errors import OutputError
from grader.model import Question

T = TypeVar("T")

NAME = "journal.jsonl"
_HASH = re.compile("[0-9a-f]{64}")
_NUMBER_BYTES = 4
_RENAMED = b'{"event": "renamed"'  # begins a line about an id that changed


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that a report depends on besides the submission. Where one has changed, the submission is graded again.

    `image` and `gpus` are the docker sandbox's, None for what is built in. `settings` are those of the assignment's own
    that were given, a file by its hash.
    """

    rubric: str
    grader: str
    seed: int
    points: tuple[str, ...]
    image: str | None = None
    gpus: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


class ReportOrigin(NamedTuple):
    """What a report was made from: a submission, by the hash of its contents, and the conditions."""

    sha256: str
    conditions: Conditions


class Origins(Mapping[str, ReportOrigin]):
    """What each report was made from, by its id, in a third of the memory: a class may have thousands.

    `conditions` are those that the numbers stand for.
    """

    def __init__(self, conditions: Mapping[int, Conditions]) -> None:
        self._conditions = conditions
        self._packed: dict[str, bytes] = {}  # a hash, and behind it the number of the conditions

    def put(self, name: str, sha256: str, number: int) -> None:
        """`sha256` is 64 hexadecimal digits, in small letters."""
        self._packed[name] = bytes.fromhex(sha256) + number.to_bytes(_NUMBER_BYTES)

    def drop(self, name: str) -> None:
        self._packed.pop(name, None)

    def rename(self, before: str, name: str) -> None:
        if before in self._packed:
            self._packed[name] = self._packed.pop(before)

    def repeated(self) -> Collection[str]:
        """The hashes of which there are several."""
        ordered = (packed[:-_NUMBER_BYTES] for packed in sorted(self._packed.values()))  # held one at a time
        return {sha256.hex() for sha256, following in pairwise(ordered) if sha256 == following}

    def __getitem__(self, name: str) -> ReportOrigin:
        packed = self._packed[name]
        number = int.from_bytes(packed[-_NUMBER_BYTES:])
        return ReportOrigin(packed[:-_NUMBER_BYTES].hex(), self._conditions[number])

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


@dataclass(slots=True)
class State:
    """The sum of a journal's lines: the folder of each id, and what became of each.

    Conditions are written once, with a number, and shared by all that was graded under them.
    """

    conditions: dict[int, Conditions] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    graded: Origins = field(init=False)
    incomplete: set[str] = field(default_factory=set)  # a report with a point that we could not judge
    faults: dict[str, str] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # what loading left out, of those where it did
    questions: dict[str, tuple[Question, ...]] = field(default_factory=dict)  # what a person has to decide
    moves: list[tuple[str, str]] = field(default_factory=list)  # every id that changed, in its order: before, now

    def __post_init__(self) -> None:
        self.graded = Origins(self.conditions)

    def take(self, record: Mapping[str, Any]) -> None:
        """One more line."""
        match record:
            case {"event": "conditions", "number": int(number), "rubric": _, "grader": _, "seed": _, "points": [*_]}:
                self.conditions[number] = _conditions(record)
            case {"event": "folder", "id": str(name), "folder": str(folder)}:
                self.folders[name] = name if folder == name else folder  # mostly the same text, kept once
            case {"event": "done", "id": str(name), "sha256": str(sha256), "under": int(number)} if (
                number in self.conditions and _HASH.fullmatch(sha256)
            ):
                folder = self.folders.get(name, name)
                self.graded.put(folder if folder == name else name, sha256, number)
                self.faults.pop(name, None)
                self.incomplete.discard(name) if record.get("complete") else self.incomplete.add(name)
            case {"event": "renamed", "id": str(name), "folder": str(folder), "before": str(before)}:
                self.moves.append((before, name))
                self.folders[name] = folder
                self.folders.pop(before, None)
                self.graded.rename(before, name)
                self.incomplete.discard(name)
                if before in self.incomplete:
                    self.incomplete.remove(before)
                    self.incomplete.add(name)
                _keep(self.notes, name, self.notes.pop(before, ()))
                _keep(self.questions, name, self.questions.pop(before, ()))
            case {"event": "dropped", "id": str(name)}:
                self.graded.drop(name)
                self.incomplete.discard(name)
                self.faults.pop(name, None)
            case {"event": "fault", "id": str(name), "message": str(message)}:
                self.faults[name] = message
                self.graded.drop(name)
            case {"event": "read", "id": str(name), "notes": [*notes], "questions": [*questions]}:
                _keep(self.notes, name, tuple(map(str, notes)))
                _keep(self.questions, name, tuple(_question(question) for question in questions))
            case _:
                pass  # of a later version; its own `grader` among the conditions has the submission graded again


def _keep(values_by_id: dict[str, tuple[T, ...]], name: str, values: tuple[T, ...]) -> None:
    """Sets the values of one id. No entry stands for none, since most hand-ins have none and a class may be large."""
    if values:
        values_by_id[name] = values
    else:
        values_by_id.pop(name, None)


def _question(record: Mapping[str, Any]) -> Question:
    return Question(str(record["wanted"]), tuple(map(str, record["candidates"])), record["taken"])


def _conditions(record: Mapping[str, Any]) -> Conditions:
    """Conditions as this version knows them: a later one may know more, and its `grader` tells the two apart."""
    values = {field.name: record[field.name] for field in fields(Conditions) if field.name in record}
    return Conditions(**{**values, "points": tuple(values["points"])})


class Journal:
    """An open journal; a context manager. Raises OutputError where it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.state = State()
        for record in read(self.path):
            self.state.take(record)
        try:
            self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115 - closed by __exit__
            if _ends_torn(self.path):
                self._file.write(b"\n")
        except OSError as error:
            raise OutputError(f"{self.path}: the journal cannot be written ({error.strerror}).") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._file.close()

    def append(self, event: str, **fields: Any) -> None:
        """Writes one line and waits until the disk has it. Raises OutputError."""
        self.extend([{"event": event, **fields}])

    def record_report(self, name: str, origin: ReportOrigin, *, complete: bool) -> None:
        """Writes that there is a report, and under which conditions. Raises OutputError."""
        by_number = self.state.conditions
        number = next((number for number, conditions in by_number.items() if conditions == origin.conditions), None)
        if number is None:
            number = max(by_number, default=0) + 1
            self.append("conditions", number=number, **asdict(origin.conditions))
        self.append("done", id=name, sha256=origin.sha256, under=number, complete=complete)

    def read(self, name: str, notes: tuple[str, ...], questions: tuple[Question, ...]) -> None:
        """Writes what loading a hand-in left to be said, where that is news. Raises OutputError."""
        if (notes, questions) != (self.state.notes.get(name, ()), self.state.questions.get(name, ())):
            self.append("read", id=name, notes=notes, questions=[asdict(question) for question in questions])

    def extend(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Writes a line each and waits until the disk has all of them. Raises OutputError."""
        try:
            for record in records:
                line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
                while line:
                    line = line[self._file.write(line) :]
                self.state.take(record)
            os.fsync(self._file.fileno())
        except OSError as error:
            raise OutputError(f"{self.path}: the journal cannot be written ({error.strerror}).") from error


def read(path: Path, starting_with: bytes = b"") -> Iterator[dict[str, Any]]:
    """The whole lines of a journal; none where there is no journal. Raises OutputError."""
    try:
        with path.open("rb") as lines:
            for line in lines:
                if not line.startswith(starting_with):
                    continue
                with suppress(ValueError):  # torn by a cut, or empty
                    record = json.loads(line)
                    if isinstance(record, dict):
                        yield record
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path}: the journal cannot be read ({error.strerror}).") from error


def moves(path: Path) -> list[tuple[str, str]]:
    """Every id that changed, in its order: before, now. Raises OutputError."""
    return [
        (str(record["before"]), str(record["id"]))
        for record in read(path, starting_with=_RENAMED)
        if record.keys() >= {"before", "id"}
    ]


def ids_after(moves: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The id of now by the one before, after some moves. Ids that came up meanwhile are left out."""
    before_by_now: dict[str, str] = {}
    left: set[str] = set()
    for before, now in moves:
        first = before_by_now.pop(before, None if before in left else before)
        if first is not None:
            before_by_now[now] = first
            left.add(first)
    return {before: now for now, before in before_by_now.items()}


def origins(path: Path) -> dict[str, str]:
    """The id with which a hand-in came into the class, of each that a roster or a match has given another since.

    What is kept by it stays where it is, whatever the hand-in is called later. Where the id is free again and another
    hand-in comes with it, that one's origin has a line break behind it, which no id has. Raises OutputError.
    """
    by_id: dict[str, str] = {}
    used_origins: set[str] = set()
    for record in read(path):
        match record:
            case {"event": "folder", "id": str(name)} if name not in by_id:
                by_id[name] = f"{name}\n" if name in used_origins else name
                used_origins.add(by_id[name])
            case {"event": "renamed", "id": str(name), "before": str(before)}:
                by_id[name] = by_id.pop(before, before)
                used_origins.add(by_id[name])
    return {name: origin for name, origin in by_id.items() if name != origin}


def _ends_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
