"""From what lies there to who handed in what: one hand-in a person, the newest, and a list of everything else."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.classroom.class_model import Extension, Format, HandIn, Issue, IssueKind, Part, Student, Submitted
from grader.classroom.compressed_sequence import CompressedSequence
from grader.classroom.intake.decision_options import parse_accepted, parse_matches
from grader.classroom.intake.hand_in_files import read_hand_in
from grader.classroom.intake.lms_formats import descend, take_in
from grader.classroom.intake.matching import apply_matches, look_up, match_to_roster
from grader.classroom.intake.newest import newest_of_each
from grader.errors import SubmissionError
from grader.load.archives import is_archive, open_class, stem
from grader.load.file_names import readable
from grader.load.tree import DiskFolder, Folder
from grader.model import Expected, Submission


@dataclass(frozen=True, slots=True)
class Given:
    """What a course brings beside the hand-ins: tables, and what a person decided (as the options write it)."""

    roster: Sequence[Student] = ()
    times: Mapping[Student, Submitted] = field(default_factory=dict)
    extensions: Mapping[Student, Extension] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # about the tables, for the person who gave them


@dataclass(frozen=True, slots=True)
class Intake:
    """A class as taken in: the hand-ins that count, by id, and what was found beside them; `place` is open."""

    format: Format
    place: Folder
    expected: Expected
    hand_ins: Sequence[HandIn]
    issues: tuple[Issue, ...] = ()
    absent: tuple[Student, ...] = ()
    superseded: frozenset[str] = frozenset()  # sources of hand-ins of which a newer one counts
    accepted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def read(self, hand_in: HandIn) -> Submission:
        """The submission that a hand-in comes to. Raises OSError."""
        return read_hand_in(self.place, hand_in, self.expected, self.accepted.get(hand_in.id, {}))


@contextmanager
def open_intake(
    path: Path, expected: Expected, zone: ZoneInfo, given: Given | None = None, results: Path | None = None
) -> Iterator[Intake]:
    """The class at `path`: a folder, an archive, or a text file that lists folders and archives, one a line.

    Nothing is read but names and metadata; a hand-in is read when its turn comes. Where an LMS's names hold a time, it
    is on the clock of `zone`. `results` may lie in the class and is no hand-in. Raises SubmissionError and UsageError.
    """
    given = given or Given()
    if path.suffix.lower() == ".txt":
        yield _sorted_out(DiskFolder(str(path.parent)), _listed(path), expected, given)
        return
    with open_class(path, results) as opened, ExitStack() as stack:
        yield _taken_in(opened, expected, zone, given, stack)


def _taken_in(opened: Folder, expected: Expected, zone: ZoneInfo, given: Given, stack: ExitStack) -> Intake:
    try:
        place, beside = descend(opened, expected, stack)
        shape, hand_ins, issues = take_in(place, expected, zone)
    except OSError as error:
        raise SubmissionError(f"{error.filename or opened.where}: cannot be read ({error.strerror}).") from error
    return _sorted_out(place, (shape, hand_ins, [*beside, *issues]), expected, given)


def _sorted_out(
    place: Folder, taken: tuple[Format, list[HandIn], list[Issue]], expected: Expected, given: Given
) -> Intake:
    shape, hand_ins, issues = taken
    hand_ins, issues = apply_matches(place, hand_ins, issues, parse_matches(given.matches), given.roster)
    unmatched: list[Issue] = []
    if given.roster:
        hand_ins, unmatched = match_to_roster(place, hand_ins, given.roster, expected)
    timed, late = look_up(hand_ins, given.times, "a time of submission")
    hand_ins = [
        replace(one, submitted=when.at, zoneless=when.zoneless) if when else one
        for one, when in zip(hand_ins, timed, strict=True)
    ]
    chosen, superseded = newest_of_each(place, hand_ins, expected)
    extended, unused = look_up(chosen, given.extensions, "an extension")
    chosen = [replace(one, extension=more) if more else one for one, more in zip(chosen, extended, strict=True)]
    counted = {hand_in.source for hand_in in chosen}
    earlier = frozenset(hand_in.source for hand_in in hand_ins if hand_in.source not in counted)
    here = {student.id for hand_in in chosen for student in hand_in.students}
    absent = tuple(student for student in given.roster if student.id not in here)
    missing = [Issue(IssueKind.ABSENT, student.id, "on the roster, and nothing was handed in.") for student in absent]
    accepted, astray = parse_accepted(given.accepted, [hand_in.id for hand_in in chosen], expected)
    tables = (Issue(IssueKind.TABLE, "tables", note) for note in given.notes)
    every = (*tables, *issues, *unmatched, *superseded, *late, *unused, *missing, *astray)
    return Intake(shape, place, expected, CompressedSequence(chosen), every, absent, earlier, accepted)


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
        HandIn(name, (Student(name=name),), (Part("" if one.is_dir() else one.name, line),))
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
