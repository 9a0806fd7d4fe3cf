"""The journal of a class: JSON lines, only ever appended, each on the disk before the next thing happens.

A cut at any moment leaves whole lines and at the most one torn one at the end, which is passed over. What a line says
is done was done before the line was written: first the report, then the line.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from grader.errors import OutputError

NAME = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Key:
    """All that a report depends on. Where one of these has changed, the submission is graded again.

    `image` and `gpus` are the docker sandbox's; `data` is the hash of the file to train on. None: what is built in.
    """

    sha256: str
    rubric: str
    grader: str
    seed: int
    points: tuple[str, ...]
    image: str | None = None
    gpus: str | None = None
    device: str | None = None
    data: str | None = None


@dataclass(slots=True)
class State:
    """What a journal comes to: the class's seed, the folder of each id, and what became of each."""

    seed: int | None = None
    folders: dict[str, str] = field(default_factory=dict)
    done: dict[str, Key] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)  # a report with a point that we could not judge
    faults: dict[str, str] = field(default_factory=dict)

    def take(self, record: Mapping[str, Any]) -> None:
        """One more line."""
        match record:
            case {"event": "class", "seed": int(seed)}:
                self.seed = seed
            case {"event": "folder", "id": str(name), "folder": str(folder)}:
                self.folders[name] = folder
            case {"event": "done", "id": str(name), "key": dict(key), "complete": bool(complete)}:
                self.done[name] = Key(**{**_known(key), "points": tuple(key["points"])})
                self.faults.pop(name, None)
                self.incomplete.discard(name) if complete else self.incomplete.add(name)
            case {"event": "fault", "id": str(name), "message": str(message)}:
                self.faults[name] = message
                self.done.pop(name, None)
            case _:
                pass  # of a later version; its own `grader` in the key has the submission graded again


def _known(key: Mapping[str, Any]) -> dict[str, Any]:
    """A key as this version has it: a later one may know more, and its `grader` tells the two apart."""
    return {field.name: key[field.name] for field in fields(Key) if field.name in key}


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

    def extend(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Writes a line each and waits until the disk has all of them. Raises OutputError."""
        lines = b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)
        try:
            while lines:
                lines = lines[self._file.write(lines) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise OutputError(f"{self.path}: the journal cannot be written ({error.strerror}).") from error
        for record in records:
            self.state.take(record)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal; none where there is no journal."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path}: the journal cannot be read ({error.strerror}).") from error
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:  # torn by a cut, or empty
            continue
        if isinstance(record, dict):
            yield record


def _ends_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
