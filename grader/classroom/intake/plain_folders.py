"""The hand-ins of a class in no LMS's naming: folders and archives called like people, or files with people's names."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from grader.classroom.class_model import HandIn, Issue, IssueKind, Part
from grader.classroom.compressed_sequence import compressed
from grader.classroom.intake.dates import submitted_at
from grader.classroom.intake.folder_layouts import Layout, layout_of
from grader.classroom.intake.ilias_teams import team_members
from grader.classroom.intake.lms_names import GRADESCOPE_METADATA, name_in_any_format
from grader.classroom.intake.people import person_named
from grader.classroom.intake.time_stamps import sakai_time
from grader.load.archives import is_archive, is_unopened, stem
from grader.load.misnamed import likely_file
from grader.load.tree import DiskFile, File, Folder
from grader.model import Expected

SYSTEM = (".DS_Store", "Thumbs.db", "desktop.ini", GRADESCOPE_METADATA)
_ENVIRONMENTS = ("env", "venv")
_JOURNAL = "journal.jsonl"  # of RESULTS (results/journal.py)
_BEFORE_PRACTICE = "practice-"
_PRACTICE = "a repository for practice, as Artemis calls those that were made after the due date, and not a hand-in"
_COPY = re.compile(r"(?i)(copy|kopie|copie|copia)( \(\d+\))?|\(?\d+\)?")  # what systems put behind a second file's name

HandInsAndIssues = tuple[Sequence[HandIn], list[Issue]]


def folders_of_people(children: Sequence[File | Folder], expected: Expected, zone: ZoneInfo) -> HandInsAndIssues:
    """One hand-in per folder or archive. Where a name follows an LMS's pattern, it says whose the hand-in is."""
    issues: list[Issue] = []
    practice = _for_practice(children)
    layout = layout_of([child for child in children if isinstance(child, Folder)], expected)

    def judged() -> Iterator[HandIn]:
        for child in children:
            reason = _PRACTICE if child.name in practice else _why_none(child, expected)
            hand_in = _folder_hand_in(child, layout, expected, zone) if reason is None else reason
            if isinstance(hand_in, HandIn):
                yield hand_in
            elif child.name not in SYSTEM:
                issues.append(nobodys(child, hand_in))

    hand_ins = compressed(judged())
    if not hand_ins:
        flat = files_by_person(children, expected)
        used_keys = {part.key for hand_in in flat for part in hand_in.parts}
        rest = [child for child in children if child.key not in used_keys and child.name not in SYSTEM]
        return flat, [nobodys(child, _why_none(child, expected) or "") for child in rest]
    return hand_ins, issues


def _for_practice(children: Sequence[File | Folder]) -> frozenset[str]:
    """The repositories in an export of Artemis' that were made for practice, when nothing could be handed in any more.

    They are called as the others are, `COURSE-EXERCISE-NUMBER-LOGIN`, with `practice-` before it.
    """
    names = {child.name: stem(child.name) if isinstance(child, File) else child.name for child in children}
    usual = {prefix for name in names.values() if not name.startswith(_BEFORE_PRACTICE) for prefix in _prefixes(name)}
    return frozenset(
        original
        for original, name in names.items()
        if name.startswith(_BEFORE_PRACTICE) and usual.intersection(_prefixes(name.removeprefix(_BEFORE_PRACTICE)))
    )


def _prefixes(name: str) -> Iterator[str]:
    """What may be course and exercise in `COURSE-EXERCISE-NUMBER-LOGIN`."""
    return (name[: match.start()] for match in re.finditer(r"-(?=\d+-.)", name))


def _folder_hand_in(child: File | Folder, layout: Layout, expected: Expected, zone: ZoneInfo) -> HandIn | str:
    """A folder or an archive as somebody's hand-in; a folder may be a team's. A text says why nothing of it counts."""
    if not isinstance(child, Folder):
        name = stem(child.name)
        return HandIn(name, (person_named(name),), (part_of(child),))
    named = name_in_any_format(child.name)
    if named:
        return HandIn(named.key, (named.student,), (part_of(child),))
    students = team_members(child) or (person_named(child.name),)
    counting = layout(child, expected)
    if counting is None:
        at, notes = sakai_time(child)
        return HandIn(child.name, students, (part_of(child),), at, notes=notes)
    part = Part("", f"{child.key}/{counting.path}" if counting.path else child.key)
    if counting.nothing is not None:
        return counting.nothing
    when = submitted_at(counting.submitted, zone) if counting.submitted else None
    students = (counting.student,) if counting.student else students
    return HandIn(child.name, students, (part,), notes=counting.notes).handed_in(when)


def files_by_person(children: Sequence[File | Folder], expected: Expected) -> list[HandIn]:
    """Single files such as "Ada Lovelace - exercise2.py", joined by person; nothing if only one person has an exercise.

    Google's forms put the name behind the file's: "exercise2 - Ada Lovelace.py".
    """
    people: dict[str, list[Part]] = {}
    usual = re.compile(rf"(?P<who>.*?[^ _-])[ _-]+(?P<name>{'|'.join(map(re.escape, expected.files))})")
    google = {name: _with_a_name(PurePosixPath(name)) for name in expected.files}
    for child in children:
        if not isinstance(child, File):
            continue
        if match := usual.fullmatch(child.name):
            people.setdefault(match["who"], []).append(Part(match["name"], child.key))
            continue
        for name, pattern in google.items():
            if (match := pattern.fullmatch(child.name)) and not _COPY.fullmatch(match["who"]):
                people.setdefault(match["who"], []).append(Part(name, child.key))
    answering = [who for who, parts in people.items() if any(part.name in expected.module_names for part in parts)]
    hand_ins = [HandIn(who, (person_named(who),), tuple(parts)) for who, parts in people.items()]
    return hand_ins if len(answering) > 1 else []


def _with_a_name(path: PurePosixPath) -> re.Pattern[str]:
    """Matches a file's name with somebody's before its ending."""
    return re.compile(rf"{re.escape(path.stem)} - (?P<who>.+){re.escape(path.suffix)}")


def files_of_nobody(files: Sequence[File], expected: Expected) -> str | None:
    """A sentence about an exercise that lies there more than once, under names that do not say whose each is."""
    answers = [(likely_file(file.name, expected), file.name) for file in files]
    counts = Counter(exercise for exercise, _ in answers if exercise in expected.module_names)
    exercise, times = counts.most_common(1)[0] if counts else ("", 0)
    if times < 2:
        return None
    names = [name for likely, name in answers if likely == exercise]
    shown = ", ".join(names[:3]) + (", …" if times > len(names[:3]) else "")
    return (
        f"{exercise} is there {times} times ({shown}), and the names do not say whose each file is, as in a folder of "
        "Google Drive that many people hand in to. Put each person's files into a folder with that person's name. If "
        "all of them are of one person, `grader grade` grades that submission."
    )


def answers_in(folder: Folder, expected: Expected) -> set[str]:
    """The exercise files directly in a folder or one folder below. One person hands in none of them twice."""
    near = [folder, *folder.folders()[:20]]
    return {file.name for inner in near for file in inner.files()} & expected.module_names


def _why_none(child: File | Folder, expected: Expected) -> str | None:
    """Why a file or folder cannot be a hand-in; None if it can."""
    if isinstance(child, Folder):
        if child.name.startswith("."):
            return "a hidden folder"
        if any(file.name == _JOURNAL for file in child.files()):
            return "the RESULTS of a class that was graded, and not a hand-in"
        is_environment = child.name.casefold() in _ENVIRONMENTS and not answers_in(child, expected)
        return "named like a virtual environment, and contains no exercise" if is_environment else None
    if isinstance(child, DiskFile) and os.path.islink(child.path):
        return "a link, which is not followed (a .txt can list folders from anywhere)"
    if child.name.startswith("."):
        return "a hidden file"
    return None if is_archive(child.name) or is_unopened(child.name) else "a single file, which is not a hand-in"


def part_of(child: File | Folder) -> Part:
    """A file or folder as a part of a hand-in."""
    return Part("" if isinstance(child, Folder) else child.name, child.key)


def nobodys(child: File | Folder, reason: str) -> Issue:
    """An issue about what is no hand-in."""
    return Issue(IssueKind.UNMATCHED, child.name, f"{child.where}: {reason}.")
