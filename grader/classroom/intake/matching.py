"""Whose each hand-in is: what a person decided, what the roster knows, and what a table says of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from grader.classroom.class_model import HandIn, Issue, IssueKind, Part, Student
from grader.classroom.intake.decision_options import Unused, quoted
from grader.classroom.intake.hand_in_files import read_hand_in
from grader.classroom.intake.roster import Roster
from grader.errors import UsageError
from grader.load.author import author_of
from grader.load.file_names import readable
from grader.load.tree import Folder
from grader.model import Expected
from grader.text import listed

# More unmatched hand-ins than this share mean the wrong roster or the wrong download, unless they are so few that
# anybody can match them by hand. Both are our judgement: a class has a latecomer or two, not every fifth.
_MAX_UNMATCHED_SHARE = 0.2
_MIN_UNMATCHED = 3
T = TypeVar("T")


def apply_matches(
    place: Folder,
    hand_ins: Sequence[HandIn],
    issues: list[Issue],
    matches: Mapping[str, str],
    roster: Sequence[Student],
) -> tuple[Sequence[HandIn], list[Issue], list[Unused]]:
    """The hand-ins that a person matched, under the ids that they said, and each match of none.

    Raises UsageError for an unknown id.
    """
    unused = []
    students_by_id = {student.id: student for student in roster}
    for folder, name in matches.items():
        if students_by_id and name not in students_by_id:
            raise UsageError(
                f"--match {folder}={name}: nobody on the roster has the id {name}. Give another id; "
                f"{quoted('--match', f'{folder}=')} takes back what an earlier run was given."
            )
        student = students_by_id.get(name, Student(id=name))
        fitting = [
            hand_in for hand_in in hand_ins if folder in (hand_in.id, *(readable(part.key) for part in hand_in.parts))
        ]
        if not fitting:
            child = next((child for child in place.children() if child.name == folder), None)
            if child is None:
                reason = f"nothing in this class is called {folder}."
                unused.append(Unused("--match", f"{folder}={name}", folder, reason, f"{folder}="))
                continue
            part = Part("" if isinstance(child, Folder) else child.name, child.key)
            hand_ins = [*hand_ins, HandIn(name, (student,), (part,), decided=True)]
            issues = [issue for issue in issues if issue.who != folder]
        if len(fitting) > 1:  # a folder and an archive of one name: only the very name tells them apart
            fitting = [hand_in for hand_in in fitting if any(readable(part.key) == folder for part in hand_in.parts)]
        hand_ins = [
            replace(hand_in, id=name, students=(student,), decided=True) if hand_in in fitting else hand_in
            for hand_in in hand_ins
        ]
    return hand_ins, issues, unused


def match_to_roster(
    place: Folder, hand_ins: Sequence[HandIn], students: Sequence[Student], expected: Expected
) -> tuple[list[HandIn], list[Issue]]:
    """The hand-ins under their students' ids. One that matches nobody keeps its name, is graded, and is listed."""
    roster, ids = Roster(students), {student.id for student in students}
    under_ids, waiting, issues = [], [], []
    for hand_in in hand_ins:
        matches = [roster.find(claimed, _label(hand_in, claimed, ids)) for claimed in hand_in.students]
        matched_students = [
            replace(student, lms=claimed.lms or student.lms)
            for student, claimed in zip(matches, hand_in.students, strict=True)
            if student
        ]
        if hand_in.decided or len(matched_students) == len(hand_in.students):
            alone = matched_students[0].id if len(matched_students) == 1 else hand_in.id
            under_ids.append(
                hand_in if hand_in.decided else replace(hand_in, id=alone, students=tuple(matched_students))
            )
        else:
            mixed = tuple(student or claimed for student, claimed in zip(matches, hand_in.students, strict=True))
            waiting.append(replace(hand_in, students=mixed))
    matched_ids = {student.id for hand_in in under_ids for student in hand_in.students}
    for hand_in in waiting:
        named, problem = _by_author(place, hand_in, roster, matched_ids, expected)
        under_ids.append(named)
        if problem:
            issues.append(Issue(IssueKind.UNMATCHED, hand_in.id, f"{hand_in.source}: {problem}"))
    is_many = len(issues) >= _MIN_UNMATCHED and len(issues) > _MAX_UNMATCHED_SHARE * len(hand_ins)
    if len(issues) == len(hand_ins) or is_many:
        issues.insert(0, _wrong_roster(issues, len(hand_ins), students))
    return under_ids, issues


def _by_author(
    place: Folder, hand_in: HandIn, roster: Roster, matched_ids: Collection[str], expected: Expected
) -> tuple[HandIn, str]:
    """Matches a hand-in by its student.toml, and says why if that fails.

    The file is only a claim, so it counts only for somebody who has no other hand-in.
    """
    nobody = (
        f"nobody on the roster fits it for certain; graded under its own name. "
        f"{quoted('--match', f'{hand_in.id}=ID')} says whose it is."
    )
    if len(hand_in.students) != 1 or "student.toml" not in expected.extra:
        return hand_in, nobody
    try:
        author = author_of(read_hand_in(place, hand_in, expected, {}).files)
    except OSError:
        return hand_in, nobody
    student = roster.find(Student(id=author.id or "", name=author.name or ""), author.id or "") if author else None
    if student is None:
        return hand_in, nobody
    if student.id in matched_ids:
        return hand_in, f"its student.toml says {student.id}, who has handed in something else; {nobody}"
    lms = hand_in.students[0].lms
    note = "matched by its student.toml"
    return replace(
        hand_in, id=student.id, students=(replace(student, lms=lms or student.lms),), notes=(*hand_in.notes, note)
    ), ""


def _wrong_roster(unmatched: Sequence[Issue], count: int, students: Sequence[Student]) -> Issue:
    first_student = students[0]
    shown = listed([text for text in (first_student.id, first_student.name, first_student.email) if text])
    message = (
        f"{len(unmatched)} of {count} hand-ins match nobody on the roster: is it the right one, and does it hold the "
        f"names or numbers of this download? For example, a hand-in is called {unmatched[0].who}, and the roster "
        f"begins with {shown}."
    )
    return Issue(IssueKind.ROSTER, "roster", message)


def look_up(hand_ins: Sequence[HandIn], table: Mapping[Student, T], what: str) -> tuple[list[T | None], list[Issue]]:
    """The table's value for each hand-in, or None, and an issue for each line that fits no hand-in."""
    people, ids = Roster([*table]), {student.id for student in table}
    students = [_person(people, ids, hand_in) for hand_in in hand_ins]
    unused = [student for student in table if student not in set(students)]
    issues = [
        Issue(IssueKind.TIME, _called(student), f"has {what}, but no hand-in has that name.") for student in unused
    ]
    return [table[student] if student else None for student in students], issues


def _person(people: Roster, ids: Collection[str], hand_in: HandIn) -> Student | None:
    matches = (people.find(student, _label(hand_in, student, ids)) for student in hand_in.students)
    return next((student for student in matches if student is not None), None)


def _label(hand_in: HandIn, claimed: Student, ids: Collection[str]) -> str:
    """The text in which to look for somebody's id: the hand-in's name only if it is an id as a whole.

    Otherwise it may hold a number of the LMS's or a group's that happens to be somebody's id in this course.
    """
    return hand_in.id if hand_in.id in ids else claimed.name or hand_in.id


def _called(student: Student) -> str:
    return student.id or student.lms or student.email or student.name
