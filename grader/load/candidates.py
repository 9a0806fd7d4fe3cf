"""Choose which of the files in a hand-in are the answers: where exactly one file could be the answer, it is.

A file as it was handed out is no candidate beside one that was worked on. Of several that differ, the newest counts
where the times of an LMS or an archive make that clear; else one is graded and a person is asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader.load.collect import FoundFile
from grader.load.content import UPLOADS, Content, Moment
from grader.model import Expected, Question
from grader.text import listed

MAX_CANDIDATES = 24  # files of one name that are read: honest hand-ins have three
MAX_LISTED = 5  # paths that are listed in a sentence
_CLEAR_SECONDS = 2.5  # how much newer the newest has to be: times in a zip are multiples of two seconds
# Folders and archives that people keep what no longer counts in.
_PUT_ASIDE = re.compile(
    r"(?<![a-z])(old|alt|backup|bak|archiv(e)?|previous|draft|entwurf|copy|kopie|trash|tmp|temp)(?![a-z])"
)


@dataclass(slots=True)
class Chosen:
    """What counts: the file for each name that is asked for, with its content; and what was found on the way."""

    files: dict[str, tuple[FoundFile, bytes]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    untouched: set[str] = field(default_factory=set)  # names whose only candidate is the template's
    mentioned: set[PurePosixPath] = field(default_factory=set)  # paths with a sentence of their own


@dataclass(slots=True)
class _Version:
    """One content, and where it lies: the best place first."""

    content: bytes
    places: list[FoundFile]

    @property
    def path(self) -> PurePosixPath:
        return self.places[0].path


def choose(files: Sequence[FoundFile], expected: Expected, accepted: Mapping[str, str]) -> Chosen:
    """The answers among `files`. Those whose name is in `accepted` (name -> path) are decided already."""
    chosen = Chosen()
    waiting: dict[str, list[_Version]] = {}
    for name in expected.files:
        if name in accepted:
            continue
        versions = _versions([file for file in files if expected.file_named(file.path.name) == name], name, chosen)
        worked_on = [version for version in versions if not expected.is_untouched(name, version.content)]
        if worked_on:
            _decide(name, worked_on, chosen)
        elif versions:
            waiting[name] = versions
    homes = [file.path.parent for file, _ in chosen.files.values()]
    for name, versions in waiting.items():  # as handed out: where most answers lie
        places = [(place, version.content) for version in versions for place in version.places]
        chosen.files[name] = max(places, key=lambda place: homes.count(place[0].path.parent))
        chosen.untouched.add(name)
    return chosen


def _versions(places: Sequence[FoundFile], name: str, chosen: Chosen) -> list[_Version]:
    """The different contents that lie under one name. What cannot be read is noted, and is none."""
    versions: dict[bytes, _Version] = {}
    ordered = sorted(places, key=_rank)
    for place in ordered[:MAX_CANDIDATES]:
        content: Content = place.read()
        if isinstance(content, str):
            chosen.notes.append(f"{place.path}: {content}")
            chosen.mentioned.add(place.path)
        else:
            versions.setdefault(content, _Version(content, [])).places.append(place)
    if len(ordered) > MAX_CANDIDATES:
        chosen.notes.append(f"{name}: found {len(ordered)} times; only {MAX_CANDIDATES} of them were looked at")
    return list(versions.values())


def _decide(name: str, versions: Sequence[_Version], chosen: Chosen) -> None:
    """Take one of the versions; ask a person where more than one may be meant."""
    newest = versions[0] if len(versions) == 1 else _newest(versions)
    answer = newest or versions[0]
    chosen.files[name] = (answer.places[0], answer.content)
    others = [version for version in versions if version is not answer]
    chosen.mentioned |= {place.path for version in versions for place in version.places}
    if newest is not None:
        chosen.notes += [f"{other.path}: not read; {answer.path} is newer" for other in others]
        return
    paths = tuple(str(version.path) for version in versions)
    chosen.notes.append(
        f"{name}: there are {len(paths)} that differ: {listed(paths, MAX_LISTED)}. {answer.path} was graded, and the "
        "person who grades this is asked which one counts"
    )
    chosen.questions.append(Question(name, paths, str(answer.path)))


def _newest(versions: Sequence[_Version]) -> _Version | None:
    """The newest version by the outermost clock whose times differ; None where that is not clear."""
    for level in range(max(len(version.places[0].moments) for version in versions)):
        times = [_time(version, level) for version in versions]
        if not any(times):  # this clock was never read: on a disk, say
            continue
        if any(time is None for time in times) or len({time[0] for time in times if time}) != 1:
            return None
        (clock, second), (_, last) = sorted(time for time in times if time)[-2:]
        if last - second > (0 if clock == UPLOADS else _CLEAR_SECONDS):
            newest = max(versions, key=lambda version: _seconds(version, level))
            aside = _is_put_aside(newest.path) and not all(_is_put_aside(version.path) for version in versions)
            return None if aside else newest
        if len({time[1] for time in times if time}) != 1:
            return None
    return None


def _time(version: _Version, level: int) -> Moment | None:
    moments = version.places[0].moments
    return moments[level] if level < len(moments) else None


def _seconds(version: _Version, level: int) -> float:
    time = _time(version, level)
    return time[1] if time else 0.0


def _rank(file: FoundFile) -> tuple[bool, int, str]:
    """The likelier first: not put aside, not deep, by name."""
    return _is_put_aside(file.path), len(file.path.parts), str(file.path)


def _is_put_aside(path: PurePosixPath) -> bool:
    return any(_PUT_ASIDE.search(part.lower()) for part in path.parts[:-1])
