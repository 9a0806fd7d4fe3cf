"""Pack the hand-ins of an earlier year (names and Python files) into a zip, kept with the class compared with them.

    names.json          whose each hand-in is, in order
    0/exercise2.py      the files of the first

The same hand-ins give the same bytes, so that a class that is given again is recognized as the one that is kept.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.load.submission import EPOCH

_NAMES = "names.json"


@dataclass(frozen=True, slots=True)
class EarlierHandIn:
    """Whose it is, in words for a person and once in its class, and its Python files."""

    name: str
    files: Mapping[str, bytes]


def pack(path: Path, hand_ins: Iterable[EarlierHandIn]) -> int:
    """Writes the hand-ins to `path`, one held at a time, and returns how many they were."""
    names = []
    with zipfile.ZipFile(path, "w") as archive:
        for number, hand_in in enumerate(hand_ins):
            for name in sorted(hand_in.files):
                _add(archive, f"{number}/{name}", hand_in.files[name])
            names.append(hand_in.name)
        _add(archive, _NAMES, json.dumps(names, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return len(names)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)


def named(hand_in: EarlierHandIn, year: str) -> str:
    """What a hand-in is called beside those of other classes; `year` is the name of its folder."""
    return f"{hand_in.name}, {year}"


def unpack(path: Path) -> Iterator[EarlierHandIn]:
    """What `pack` has written, one at a time. Raises UsageError where it is gone or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            members: dict[str, list[str]] = {}
            for member in archive.namelist():
                members.setdefault(member.partition("/")[0], []).append(member)
            for number, name in enumerate(json.loads(archive.read(_NAMES))):
                paths = members.get(str(number), ())
                yield EarlierHandIn(name, {member.partition("/")[2]: archive.read(member) for member in paths})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path}: the earlier hand-ins cannot be read ({error}); give --against again.") from error


def number_in(path: Path) -> int:
    """How many hand-ins are packed there; 0 if the file cannot be read, which `unpack` reports."""
    try:
        with zipfile.ZipFile(path) as archive:
            return len(json.loads(archive.read(_NAMES)))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return 0
