"""From what lies there to who handed in what: one hand-in a person, the newest, and a list of everything else."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from grader.classroom.class_model import Format, HandIn, Issue, IssueKind, Student
from grader.classroom.compressed_sequence import CompressedSequence
from grader.classroom.intake.lms_formats import descend, take_in
from grader.classroom.intake.roster import Roster
from grader.errors import SubmissionError
from grader.load.archives import is_archive, open_class, stem
from grader.load.collect import entries
from grader.load.naming import readable
from grader.load.submission import Entry
from grader.load.tree import DiskFolder, Folder

_NEVER = datetime.min.replace(tzinfo=UTC)  # sorts before every known time
_by_id = attrgetter("id")


@dataclass(frozen=True, slots=True)
class Intake:
    """A class as taken in: the hand-ins that count, by id, and what was found beside them; `place` is open."""

    format: Format
    place: Folder
    hand_ins: Sequence[HandIn]
    issues: tuple[Issue, ...] = ()
    absent: tuple[Student, ...] = ()

    def read(self, hand_in: HandIn) -> list[Entry]:
        """All that may matter in a hand-in, for `load.assemble`. Raises OSError."""
        return entries(self.place, hand_in.parts)


@contextmanager
def open_intake(
    path: Path,
    modules: Sequence[str],
    roster: Sequence[Student] = (),
    times: Mapping[str, datetime] | None = None,
    results: Path | None = None,
) -> Iterator[Intake]:
    """The class at `path`: a folder, an archive, or a text file that lists folders and archives, one a line.

    Nothing is read but names and metadata; a hand-in is read when its turn comes. `results` may lie in
    the class and is no hand-in. Raises SubmissionError.
    """
    if path.suffix.lower() == ".txt":
        yield _sorted_out(DiskFolder(str(path.parent)), _listed(path), roster, times or {})
        return
    with open_class(path, results) as opened:
        yield _taken_in(opened, modules, roster, times or {})


def _taken_in(
    opened: Folder, modules: Sequence[str], roster: Sequence[Student], times: Mapping[str, datetime]
) -> Intake:
    try:
        place = descend(opened, modules)
        taken = take_in(place, modules)
    except OSError as error:
        raise SubmissionError(f"{error.filename or opened.where}: cannot be read ({error.strerror}).") from error
    return _sorted_out(place, taken, roster, times)


def _sorted_out(
    place: Folder,
    taken: tuple[Format, list[HandIn], list[Issue]],
    roster: Sequence[Student],
    times: Mapping[str, datetime],
) -> Intake:
    shape, hand_ins, issues = taken
    hand_ins, unmatched = _matched(hand_ins, Roster(roster)) if roster else (hand_ins, [])
    hand_ins, more = _timed(hand_ins, times) if times else (hand_ins, [])
    chosen, superseded = _newest(hand_ins)
    here = {student.id for hand_in in chosen for student in hand_in.students}
    absent = tuple(student for student in roster if student.id not in here)
    missing = [Issue(IssueKind.ABSENT, student.id, "on the roster, and nothing was handed in.") for student in absent]
    return Intake(shape, place, CompressedSequence(chosen), (*issues, *unmatched, *superseded, *more, *missing), absent)


def _listed(path: Path) -> tuple[Format, list[HandIn], list[Issue]]:
    """The folders (git clones, say) and archives that a text file names, relative to itself. `#` begins a remark."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SubmissionError(f"{path}: the list cannot be read ({error}).") from error
    lines = filter(None, (re.split(r"(?:^|\s)#", line)[0].strip() for line in text.splitlines()))
    good, issues = [], []
    for one, line in {path.parent / line: line for line in lines}.items():
        if one.is_dir() or (one.is_file() and is_archive(one.name)):
            good.append(line)
        else:
            issues.append(Issue(IssueKind.UNMATCHED, line, f"{one}: neither a folder nor an archive."))
    paths = [path.parent / line for line in good]
    hand_ins = [
        HandIn(name, (Student(name=name),), (("" if one.is_dir() else one.name, line),))
        for one, line, name in zip(paths, good, _names(paths), strict=True)
    ]
    if not hand_ins:
        raise SubmissionError(f"{path}: the list names no folder and no archive; write the path of one on each line.")
    return Format.FOLDERS, hand_ins, issues


def _names(paths: Sequence[Path]) -> list[str]:
    """What each goes by: its own name; with its folder's before it, and so on, where several have the same."""
    parts = [(*path.resolve().parts[:-1], stem(path.resolve().name)) for path in paths]
    times = Counter(own[-length:] for own in set(parts) for length in range(1, len(own)))
    lengths = [next((n for n in range(1, len(own)) if times[own[-n:]] == 1), 1) for own in parts]
    return [readable("_".join(own[-length:])) for own, length in zip(parts, lengths, strict=True)]


def _matched(hand_ins: Sequence[HandIn], roster: Roster) -> tuple[list[HandIn], list[Issue]]:
    """Each under its student's id. One whose student is not found keeps its own name, is graded, and is listed."""
    matched, issues = [], []
    for hand_in in hand_ins:
        found = [roster.find(said, hand_in.id) for said in hand_in.students]
        known = [
            replace(one, lms=said.lms or one.lms) for one, said in zip(found, hand_in.students, strict=True) if one
        ]
        if len(known) < len(hand_in.students):
            said = f"{hand_in.source}: nobody on the roster fits it for certain; graded under its own name."
            issues.append(Issue(IssueKind.UNMATCHED, hand_in.id, said))
        students = tuple(one or said for one, said in zip(found, hand_in.students, strict=True))
        alone = known[0].id if len(known) == len(hand_in.students) == 1 else hand_in.id
        matched.append(replace(hand_in, id=alone, students=tuple(known) if len(known) == len(students) else students))
    return matched, issues


def _timed(hand_ins: Sequence[HandIn], times: Mapping[str, datetime]) -> tuple[list[HandIn], list[Issue]]:
    """With the times that the course brought, which beat the LMS's. A time that fits nobody is listed."""
    used: set[str] = set()
    timed = []
    for hand_in in hand_ins:
        names = [hand_in.id, *(name for one in hand_in.students for name in (one.id, one.email, one.lms, one.name))]
        key = next((name for name in names if name and name in times), None)
        if key is not None:
            used.add(key)
            hand_in = replace(hand_in, submitted=times[key])
        timed.append(hand_in)
    issues = [
        Issue(IssueKind.TIME, name, "has a time of submission, and no hand-in that goes by that name.")
        for name in times
        if name not in used
    ]
    return timed, issues


def _newest(hand_ins: Sequence[HandIn]) -> tuple[list[HandIn], list[Issue]]:
    """One hand-in an id: the newest by time; where times are unknown, by the LMS's own numbers, then by name."""
    chosen, issues = [], []
    for name, group in groupby(sorted(hand_ins, key=_by_id), key=_by_id):
        *earlier, newest = sorted(group, key=lambda one: (one.submitted or _NEVER, one.order, one.source))
        chosen.append(replace(newest, notes=(*newest.notes, _told(newest, earlier))) if earlier else newest)
        for one in earlier:
            said = f"{one.source}: handed in more than once; {newest.source} counts."
            issues.append(Issue(IssueKind.SUPERSEDED, name, said))
    return chosen, issues


def _told(newest: HandIn, earlier: Sequence[HandIn]) -> str:
    known = all(one.submitted for one in (newest, *earlier))
    how = "the newest counts" if known else "the times are not known, so the last by name counts"
    return f"handed in {len(earlier) + 1} times; {how}"
