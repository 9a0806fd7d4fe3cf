"""Whose each hand-in is: what a person decided, what the roster knows, and what a table says of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from grader.classroom.class_model import HandIn, Issue, IssueKind, Part, Student
from grader.classroom.intake.hand_in_files import read_hand_in
from grader.classroom.intake.roster import Roster
from grader.errors import UsageError
from grader.load.author import author_of
from grader.load.file_names import readable
from grader.load.tree import Folder
from grader.model import Expected

_MANY = 0.2  # of the hand-ins unmatched: it is the wrong roster, or the wrong download; but for
_FEW = 3  # hand-ins, which anybody can match by hand
T = TypeVar("T")


def apply_matches(
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
                message = f"--match {folder}={name}: there is nothing of that name in this class."
                issues = [*issues, Issue(IssueKind.CHOICE, folder, message)]
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


def match_to_roster(
    place: Folder, hand_ins: Sequence[HandIn], students: Sequence[Student], expected: Expected
) -> tuple[list[HandIn], list[Issue]]:
    """Each under its student's id. One whose student is not found keeps its own name, is graded, and is listed."""
    roster, ids = Roster(students), {student.id for student in students}
    under_ids, waiting, issues = [], [], []
    for hand_in in hand_ins:
        found = [roster.find(claimed, _label(hand_in, claimed, ids)) for claimed in hand_in.students]
        known = [
            replace(one, lms=claimed.lms or one.lms)
            for one, claimed in zip(found, hand_in.students, strict=True)
            if one
        ]
        if hand_in.decided or len(known) == len(hand_in.students):
            alone = known[0].id if len(known) == 1 else hand_in.id
            under_ids.append(hand_in if hand_in.decided else replace(hand_in, id=alone, students=tuple(known)))
        else:
            mixed = tuple(one or claimed for one, claimed in zip(found, hand_in.students, strict=True))
            waiting.append(replace(hand_in, students=mixed))
    taken = {student.id for hand_in in under_ids for student in hand_in.students}
    for hand_in in waiting:
        named, problem = _by_author(place, hand_in, roster, taken, expected)
        under_ids.append(named)
        if problem:
            issues.append(Issue(IssueKind.UNMATCHED, hand_in.id, f"{hand_in.source}: {problem}"))
    if len(issues) == len(hand_ins) or (len(issues) >= _FEW and len(issues) > _MANY * len(hand_ins)):
        issues.insert(0, _wrong_roster(issues, len(hand_ins), students))
    return under_ids, issues


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
        author = author_of(read_hand_in(place, hand_in, expected, {}).files)
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
    message = (
        f"{len(unmatched)} of {count} hand-ins match nobody on the roster: is it the right one, and does it hold the "
        f"names or numbers of this download? For example, a hand-in is called {unmatched[0].who}, and the roster "
        f"begins with {shown}."
    )
    return Issue(IssueKind.ROSTER, "roster", message)


def look_up(hand_ins: Sequence[HandIn], table: Mapping[Student, T], what: str) -> tuple[list[T | None], list[Issue]]:
    """What a table has for each hand-in. A line of it that fits none is listed."""
    if not table:
        return [None] * len(hand_ins), []
    people, ids = Roster([*table]), {student.id for student in table}
    found = [_person(people, ids, hand_in) for hand_in in hand_ins]
    unused = [student for student in table if student not in set(found)]
    issues = [
        Issue(IssueKind.TIME, _called(one), f"has {what}, and no hand-in that goes by that name.") for one in unused
    ]
    return [table[one] if one else None for one in found], issues


def _person(people: Roster, ids: Collection[str], hand_in: HandIn) -> Student | None:
    found = (people.find(student, _label(hand_in, student, ids)) for student in hand_in.students)
    return next((one for one in found if one is not None), None)


def _label(hand_in: HandIn, claimed: Student, ids: Collection[str]) -> str:
    """The name in which somebody's id may stand. The hand-in's own may hold a number of the LMS's or a group's, which
    is not to be taken for an id of the course's.
    """
    return hand_in.id if hand_in.id in ids else claimed.name or hand_in.id


def _called(student: Student) -> str:
    return student.id or student.lms or student.email or student.name
