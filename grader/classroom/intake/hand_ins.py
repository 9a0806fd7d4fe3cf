"""From what lies there to who handed in what: one hand-in a person, the newest, and a list of everything else."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from grader.classroom.class_model import Extension, Format, HandIn, Issue, IssueKind, Part, Student, Submitted
from grader.classroom.compressed_sequence import CompressedSequence
from grader.classroom.intake.decision_options import parse_accepted, parse_matches
from grader.classroom.intake.lms_formats import descend, take_in
from grader.classroom.intake.roster import Roster
from grader.errors import SubmissionError, UsageError
from grader.load.archives import is_archive, open_class, stem
from grader.load.author import author_of
from grader.load.collect import collect
from grader.load.content import UPLOADS, Moment
from grader.load.file_names import readable
from grader.load.submission import assemble, nothing_in
from grader.load.tree import DiskFolder, File, Folder
from grader.model import Expected, Submission

_NEVER = datetime.min.replace(tzinfo=UTC)  # sorts before every known time
_MANY = 0.2  # of the hand-ins unmatched: it is the wrong roster, or the wrong download; but for
_FEW = 3  # hand-ins, which anybody can match by hand
T = TypeVar("T")
_by_id = attrgetter("id")


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
        return _read(self.place, hand_in, self.expected, self.accepted.get(hand_in.id, {}))


def _read(place: Folder, hand_in: HandIn, expected: Expected, accepted: Mapping[str, str]) -> Submission:
    with ExitStack() as stack:
        collected = collect([_opened(place, part) for part in hand_in.parts], expected, stack)
        submission = assemble(hand_in.id, collected, expected, accepted)
    notes = (*hand_in.notes, *submission.notes, *_claims(hand_in, submission))
    if not submission.files and not submission.notes:
        notes = (*notes, f"{hand_in.source}: {nothing_in(expected)}")
    return replace(submission, id=hand_in.id, notes=notes)


def _opened(place: Folder, part: Part) -> tuple[str, File | Folder, Moment | None]:
    uploaded = (UPLOADS, float(part.order)) if part.order is not None else None
    return part.name, place.file(part.key) if part.name else place.folder(part.key), uploaded


def _claims(hand_in: HandIn, submission: Submission) -> list[str]:
    """What student.toml says other than the roster or the LMS: somebody else's copy, or a slip."""
    author = author_of(submission.files)
    ids = {student.id for student in hand_in.students if student.id}
    if author is None or author.id is None or not ids or author.id in ids:
        return []
    if any(author.id.lstrip("0") == known.lstrip("0") for known in ids):
        return []
    return [f"student.toml: it gives the id {author.id}, and this was handed in by {', '.join(sorted(ids))}"]


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
    hand_ins, issues = _decided(place, hand_ins, issues, parse_matches(given.matches), given.roster)
    unmatched: list[Issue] = []
    if given.roster:
        hand_ins, unmatched = _matched(place, hand_ins, given.roster, expected)
    timed, late = _looked_up(hand_ins, given.times, "a time of submission")
    hand_ins = [
        replace(one, submitted=when.at, zoneless=when.zoneless) if when else one
        for one, when in zip(hand_ins, timed, strict=True)
    ]
    chosen, superseded = _newest(place, hand_ins, expected)
    extended, unused = _looked_up(chosen, given.extensions, "an extension")
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


def _decided(
    place: Folder,
    hand_ins: list[HandIn],
    issues: list[Issue],
    matches: Mapping[str, str],
    roster: Sequence[Student],
) -> tuple[list[HandIn], list[Issue]]:
    """The hand-ins that a person matched, under the ids that they said. Raises UsageError for an unknown id."""
    known = {student.id: student for student in roster}
    for folder, name in matches.items():
        if known and name not in known:
            raise UsageError(f"--match {folder}={name}: nobody on the roster has the id {name}.")
        student = known.get(name, Student(id=name))
        fitting = [one for one in hand_ins if folder in (one.id, *(readable(part.key) for part in one.parts))]
        if not fitting:
            child = next((child for child in place.children() if child.name == folder), None)
            if child is None:
                said = f"--match {folder}={name}: there is nothing of that name in this class."
                issues = [*issues, Issue(IssueKind.CHOICE, folder, said)]
                continue
            part = Part("" if isinstance(child, Folder) else child.name, child.key)
            hand_ins = [*hand_ins, HandIn(name, (student,), (part,), decided=True)]
            issues = [issue for issue in issues if issue.who != folder]
        if len(fitting) > 1:  # a folder and an archive of one name: only the very name tells them apart
            fitting = [one for one in fitting if any(readable(part.key) == folder for part in one.parts)]
        hand_ins = [
            replace(one, id=name, students=(student,), decided=True) if one in fitting else one for one in hand_ins
        ]
    return hand_ins, issues


def _matched(
    place: Folder, hand_ins: Sequence[HandIn], students: Sequence[Student], expected: Expected
) -> tuple[list[HandIn], list[Issue]]:
    """Each under its student's id. One whose student is not found keeps its own name, is graded, and is listed."""
    roster = Roster(students)
    matched, waiting, issues = [], [], []
    for hand_in in hand_ins:
        found = [roster.find(said, hand_in.id) for said in hand_in.students]
        known = [
            replace(one, lms=said.lms or one.lms) for one, said in zip(found, hand_in.students, strict=True) if one
        ]
        if hand_in.decided or len(known) == len(hand_in.students):
            alone = known[0].id if len(known) == 1 else hand_in.id
            matched.append(hand_in if hand_in.decided else replace(hand_in, id=alone, students=tuple(known)))
        else:
            mixed = tuple(one or said for one, said in zip(found, hand_in.students, strict=True))
            waiting.append(replace(hand_in, students=mixed))
    taken = {student.id for hand_in in matched for student in hand_in.students}
    for hand_in in waiting:
        named, said = _by_author(place, hand_in, roster, taken, expected)
        matched.append(named)
        if said:
            issues.append(Issue(IssueKind.UNMATCHED, hand_in.id, f"{hand_in.source}: {said}"))
    if len(issues) == len(hand_ins) or (len(issues) >= _FEW and len(issues) > _MANY * len(hand_ins)):
        issues.insert(0, _wrong_roster(issues, len(hand_ins), students))
    return matched, issues


def _by_author(
    place: Folder, hand_in: HandIn, roster: Roster, taken: Collection[str], expected: Expected
) -> tuple[HandIn, str]:
    """A hand-in that no name matched, by its student.toml: a claim, so only where that person has no other."""
    nobody = (
        f"nobody on the roster fits it for certain; graded under its own name. "
        f"--match '{hand_in.id}=ID' says whose it is."
    )
    if len(hand_in.students) != 1 or "student.toml" not in expected.extra:
        return hand_in, nobody
    try:
        author = author_of(_read(place, hand_in, expected, {}).files)
    except OSError:
        return hand_in, nobody
    found = roster.find(Student(id=author.id or "", name=author.name or ""), author.id or "") if author else None
    if found is None:
        return hand_in, nobody
    if found.id in taken:
        return hand_in, f"its student.toml says {found.id}, who has handed in something else; {nobody}"
    lms = hand_in.students[0].lms
    note = "matched by its student.toml"
    return replace(
        hand_in, id=found.id, students=(replace(found, lms=lms or found.lms),), notes=(*hand_in.notes, note)
    ), ""


def _wrong_roster(unmatched: Sequence[Issue], count: int, students: Sequence[Student]) -> Issue:
    one = students[0]
    shown = ", ".join(filter(None, (one.id, one.name, one.email)))
    said = (
        f"{len(unmatched)} of {count} hand-ins match nobody on the roster: is it the right one, and does it hold the "
        f"names or numbers of this download? For example, a hand-in is called {unmatched[0].who}, and the roster "
        f"begins with {shown}."
    )
    return Issue(IssueKind.ROSTER, "roster", said)


def _looked_up(hand_ins: Sequence[HandIn], table: Mapping[Student, T], what: str) -> tuple[list[T | None], list[Issue]]:
    """What a table has for each hand-in. A line of it that fits none is listed."""
    if not table:
        return [None] * len(hand_ins), []
    people = Roster([*table])
    found = [_person(people, hand_in) for hand_in in hand_ins]
    unused = [student for student in table if student not in set(found)]
    issues = [
        Issue(IssueKind.TIME, _called(one), f"has {what}, and no hand-in that goes by that name.") for one in unused
    ]
    return [table[one] if one else None for one in found], issues


def _person(people: Roster, hand_in: HandIn) -> Student | None:
    found = (people.find(student, hand_in.id) for student in hand_in.students)
    return next((one for one in found if one is not None), None)


def _called(student: Student) -> str:
    return student.id or student.lms or student.email or student.name


def _newest(place: Folder, hand_ins: Sequence[HandIn], expected: Expected) -> tuple[list[HandIn], list[Issue]]:
    """One hand-in an id: what a person decided, else the newest by time or by the LMS's numbers, else it is asked."""
    chosen, issues = [], []
    for name, group in groupby(sorted(hand_ins, key=_by_id), key=_by_id):
        *earlier, newest = sorted(group, key=lambda one: (one.decided, *_age(one), one.source))
        if not earlier:
            chosen.append(newest)
            continue
        how = _told(newest, earlier)
        same = how is None and _are_same(place, (newest, *earlier), expected)
        note = f"handed in {len(earlier) + 1} times; {how or ('all are the same' if same else _UNKNOWN)}"
        chosen.append(replace(newest, notes=(*newest.notes, note)))
        for one in earlier:
            if how is None and not same:
                said = (
                    f"{one.source} and {newest.source} are both {name}'s, and nothing tells which is newer; "
                    f"{newest.source} was graded. --match '{_key(one)}={name}' takes the other, "
                    f"--match '{_key(newest)}={name}' keeps this one."
                )
                issues.append(Issue(IssueKind.CHOICE, name, said))
            else:
                said = f"{one.source}: handed in more than once; {newest.source} counts."
                issues.append(Issue(IssueKind.SUPERSEDED, name, said))
    return chosen, issues


_UNKNOWN = "which is the newest is not known, so whoever grades this is asked"


def _key(hand_in: HandIn) -> str:
    return readable(hand_in.parts[0].key)


def _age(hand_in: HandIn) -> tuple[datetime, int]:
    return hand_in.submitted or _NEVER, hand_in.order[0]


def _told(newest: HandIn, earlier: Sequence[HandIn]) -> str | None:
    """How the newest is known; None where nothing tells."""
    if newest.decided and not any(one.decided for one in earlier):
        return "a person decided which counts"
    if all(one.submitted for one in (newest, *earlier)) and newest.submitted not in [one.submitted for one in earlier]:
        return "the newest counts"
    orders = [one.order[0] for one in (newest, *earlier)]
    known = not any(one.submitted for one in (newest, *earlier))
    return "the newest counts" if known and len(set(orders)) == len(orders) else None


def _are_same(place: Folder, hand_ins: Sequence[HandIn], expected: Expected) -> bool:
    """Whether they hold the same files: an archive, and beside it what was in it."""
    try:
        return len({_read(place, hand_in, expected, {}).sha256 for hand_in in hand_ins}) == 1
    except OSError:
        return False
