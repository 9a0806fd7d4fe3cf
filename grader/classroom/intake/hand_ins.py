"""Take in a class: one hand-in per person, the newest, and a list of everything else that was found."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.classroom.class_model import Extension, Format, HandIn, Issue, IssueKind, Part, Student, Submitted
from grader.classroom.compressed_sequence import compressed
from grader.classroom.intake.decision_options import ACCEPT, Unused, parse_accepted, parse_matches
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
class IntakeInputs:
    """What is given beside the hand-ins: tables as read, and a person's decisions as the options write them."""

    roster: Sequence[Student] = ()
    times: Mapping[Student, Submitted] = field(default_factory=dict)
    extensions: Mapping[Student, Extension] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # about the tables, for the person who gave them


@dataclass(frozen=True, slots=True)
class Intake:
    """A class as taken in: the hand-ins that count, sorted by id, and what was found beside them.

    `place` is open as long as `open_intake` is.
    """

    format: Format
    place: Folder
    expected: Expected
    hand_ins: Sequence[HandIn]
    issues: tuple[Issue, ...] = ()
    absent: tuple[Student, ...] = ()
    roster: Sequence[Student] = ()
    superseded: frozenset[str] = frozenset()  # sources of hand-ins of which a newer one counts
    accepted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unused: tuple[Unused, ...] = ()  # decisions about what is not in this class

    def read(self, hand_in: HandIn) -> Submission:
        """The submission that a hand-in comes to. Raises OSError."""
        return read_hand_in(self.place, hand_in, self.expected, self.accepted.get(hand_in.id, {}))

    def accepting(self, options: tuple[str, ...]) -> "Intake":
        """The same class with these decisions about files. Raises UsageError for one that is wrong for any class."""
        ids = [hand_in.id for hand_in in self.hand_ins] if options else []
        accepted, unaccepted = parse_accepted(options, ids, self.expected)
        others = (decision for decision in self.unused if decision.name != ACCEPT)
        return replace(self, accepted=accepted, unused=(*others, *unaccepted))


@contextmanager
def open_intake(
    path: Path, expected: Expected, zone: ZoneInfo, inputs: IntakeInputs | None = None, results: Path | None = None
) -> Iterator[Intake]:
    """The class at `path`: a folder, an archive, or a text file that lists folders and archives, one a line.

    Nothing is read but names and metadata; a hand-in is read when its turn comes. Where an LMS's names hold a time, it
    is on the clock of `zone`. `results` may lie in the class and is no hand-in. Raises SubmissionError and UsageError.
    """
    inputs = inputs or IntakeInputs()
    if path.suffix.lower() == ".txt":
        yield _sorted_out(DiskFolder(str(path.parent)), _listed(path), expected, inputs)
        return
    with open_class(path, results) as opened, ExitStack() as stack:
        yield _taken_in(opened, expected, zone, inputs, stack)


def _taken_in(opened: Folder, expected: Expected, zone: ZoneInfo, inputs: IntakeInputs, stack: ExitStack) -> Intake:
    try:
        place, beside = descend(opened, expected, stack)
        shape, hand_ins, issues = take_in(place, expected, zone)
    except OSError as error:
        raise SubmissionError(f"{error.filename or opened.where}: cannot be read ({error.strerror}).") from error
    return _sorted_out(place, (shape, hand_ins, [*beside, *issues]), expected, inputs)


def _sorted_out(
    place: Folder, contents: tuple[Format, Sequence[HandIn], list[Issue]], expected: Expected, inputs: IntakeInputs
) -> Intake:
    """What counts of a class's contents. Hand-ins stay packed at every stage that has nothing to say of them."""
    shape, hand_ins, issues = contents
    astray: list[Unused] = []
    if inputs.matches:
        matches = parse_matches(inputs.matches)
        hand_ins, issues, astray = apply_matches(place, hand_ins, issues, matches, inputs.roster)
    unmatched: list[Issue] = []
    if inputs.roster:
        hand_ins, unmatched = match_to_roster(place, hand_ins, inputs.roster, expected)
    late: list[Issue] = []
    if inputs.times:
        timed, late = look_up(hand_ins, inputs.times, "a time of submission")
        hand_ins = [hand_in.handed_in(when) for hand_in, when in zip(hand_ins, timed, strict=True)]
    chosen, superseded, earlier = newest_of_each(place, hand_ins, expected)
    unextended: list[Issue] = []
    if inputs.extensions:
        extended, unextended = look_up(chosen, inputs.extensions, "an extension")
        chosen = [
            replace(hand_in, extension=more) if more else hand_in
            for hand_in, more in zip(chosen, extended, strict=True)
        ]
    absent = _absent(inputs.roster, chosen)
    missing = [Issue(IssueKind.ABSENT, student.id, "on the roster, but nothing was handed in.") for student in absent]
    tables = (Issue(IssueKind.TABLE, "tables", note) for note in inputs.notes)
    every = (*tables, *issues, *unmatched, *superseded, *late, *unextended, *missing)
    taken_in = Intake(shape, place, expected, compressed(chosen), every, absent, inputs.roster, earlier)
    return replace(taken_in, unused=tuple(astray)).accepting(inputs.accepted)


def _absent(roster: Sequence[Student], chosen: Sequence[HandIn]) -> tuple[Student, ...]:
    """Who is on the roster and has no hand-in."""
    if not roster:
        return ()
    here = {student.id for hand_in in chosen for student in hand_in.students}
    return tuple(student for student in roster if student.id not in here)


def _listed(path: Path) -> tuple[Format, Sequence[HandIn], list[Issue]]:
    """The folders (git clones, say) and archives that a text file names, relative to itself. `#` begins a remark."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SubmissionError(f"{path}: the list cannot be read ({error}).") from error
    lines = filter(None, (re.split(r"(?:^|\s)#", line)[0].strip() for line in text.splitlines()))
    good, issues = [], []
    for listed_path, line in {path.parent / line: line for line in lines}.items():
        if listed_path.is_dir() or (listed_path.is_file() and is_archive(listed_path.name)):
            good.append(line)
        else:
            issues.append(Issue(IssueKind.UNMATCHED, line, f"{listed_path}: neither a folder nor an archive."))
    paths = [path.parent / line for line in good]
    hand_ins = [
        HandIn(name, (Student(name=name),), (Part("" if listed_path.is_dir() else listed_path.name, line),))
        for listed_path, line, name in zip(paths, good, _names(paths), strict=True)
    ]
    if not hand_ins:
        raise SubmissionError(f"{path}: the list names no folder and no archive; write the path of one on each line.")
    return Format.FOLDERS, hand_ins, issues


def _names(paths: Sequence[Path]) -> list[str]:
    """What each hand-in is called: the path's last name, preceded by as many folders as make it unique."""
    parts = [(*path.resolve().parts[:-1], stem(path.resolve().name)) for path in paths]
    times = Counter(path_parts[-length:] for path_parts in set(parts) for length in range(1, len(path_parts)))
    lengths = [next((n for n in range(1, len(path_parts)) if times[path_parts[-n:]] == 1), 1) for path_parts in parts]
    return [readable("_".join(path_parts[-length:])) for path_parts, length in zip(parts, lengths, strict=True)]
