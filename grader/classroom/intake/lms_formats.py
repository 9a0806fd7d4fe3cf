"""Recognize the LMS that a class was downloaded from, and turn the names in it into hand-ins.

`lms_names` reads the names. The majority of them decides which LMS it is, so that one folder that somebody named like
another LMS's changes nothing.
"""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from grader.classroom.class_model import Format, HandIn, Issue, IssueKind, Part, Student
from grader.classroom.compressed_sequence import compressed
from grader.classroom.intake.blackboard_receipts import student_in
from grader.classroom.intake.dates import submitted_at
from grader.classroom.intake.folders_in_names import joined
from grader.classroom.intake.lms_names import GRADESCOPE_METADATA, READERS, Named, name_in_any_format
from grader.classroom.intake.plain_folders import (
    SYSTEM,
    HandInsAndIssues,
    answers_in,
    files_by_person,
    files_of_nobody,
    folders_of_people,
    nobodys,
)
from grader.classroom.intake.several_downloads import NO_HAND_IN, downloads_among
from grader.counting import counted
from grader.errors import SubmissionError
from grader.load.archives import PackedFolder, Refused, is_archive, open_class_archive, stem
from grader.load.misnamed import likely_file
from grader.load.tree import File, Folder
from grader.model import Expected

_TOOLS = ("__MACOSX", "__pycache__")  # folders that archivers and Python leave behind; nobody is called so
# What a lecturer keeps beside a downloaded class: tables of the LMS's, the assignment sheet, notes.
_BESIDE = (".csv", ".txt", ".xlsx", ".xls", ".ods", ".pdf", ".md", ".html")
# Submitty's folders: where submissions come from repositories, their files are in "checkout" (MiscController.php); and
# those of the library in which Microsoft Teams keeps what students do and what they turned in.
_HANDED_IN = ("checkout", "submissions", "Submitted files")
_BESIDE_THEM = {*_HANDED_IN, "results", "results_public", "Working files"}
_MAX_PACKINGS = 2  # archives in one another around a class: somebody has packed a download once more
_MAX_LOSSES = 20  # members of a packed class that are told of one by one
_ATTEMPT = re.compile(r"(?P<stem>.+?)-(?P<attempt>\d+)(?P<suffix>\.[A-Za-z0-9.]+)")


def take_in(place: Folder, expected: Expected, zone: ZoneInfo) -> tuple[Format, Sequence[HandIn], list[Issue]]:
    """Every hand-in of a class, in whatever shape it came, and what is none. Raises OSError and SubmissionError."""
    children = joined([child for child in place.children() if child.name not in _TOOLS])
    files = [child for child in children if isinstance(child, File) and not isinstance(child, Refused)]
    if any(file.name in expected.module_names for file in files):
        single = "this is one submission, not a class; `grader grade` grades it."
        raise SubmissionError(f"{place.where}: {files_of_nobody(files, expected) or single}")
    shape = _shape(children)
    hand_ins: Sequence[HandIn]
    match shape:
        case Format.GRADESCOPE:
            from grader.classroom.intake.gradescope_export import read_export  # yaml takes its time to start

            hand_ins, issues = read_export(place)
        case Format.FOLDERS:
            downloads = downloads_among(place, children)
            others = [child for child in children if child not in downloads]
            hand_ins, issues = folders_of_people(others, expected, zone)
            issues += [nobodys(child, NO_HAND_IN) for child in downloads]
        case _:
            hand_ins, issues = _named(children, shape, expected, zone)
    if not hand_ins:
        first = f" For instance, {issues[0].message}" if issues else ""
        empty = f"no hand-in was found in there; a class is a folder or an archive for each.{first}"
        raise SubmissionError(f"{place.where}: {files_of_nobody(files, expected) or empty}")
    return shape, hand_ins, issues


def _shape(children: Sequence[File | Folder]) -> Format:
    """The LMS whose naming more than half of the possible hand-ins follow; else plain folders."""
    if _is_gradescope(children):
        return Format.GRADESCOPE
    votes = {shape: sum(reader(child.name) is not None for child in children) for shape, reader in READERS.items()}
    best = max(votes, key=lambda shape: votes[shape])
    voters = sum(_could_be_one(child) for child in children)
    return best if votes[best] > voters / 2 else Format.FOLDERS


def _could_be_one(child: File | Folder) -> bool:
    if child.name.startswith(".") or child.name in SYSTEM:
        return False
    return _is_named(child) or isinstance(child, Folder) or is_archive(child.name)


def _is_gradescope(children: Sequence[File | Folder]) -> bool:
    """Whether the metadata file is there, and folders that it could name: a student may hand in a file of that name."""
    has_metadata = any(isinstance(child, File) and child.name == GRADESCOPE_METADATA for child in children)
    submissions = [child for child in children if re.fullmatch(r"submission_\d+(\..+)?", child.name)]
    return has_metadata and 2 * len(submissions) >= sum(_could_be_one(child) for child in children)


def descend(
    place: Folder, expected: Expected, stack: ExitStack, packings: int = _MAX_PACKINGS
) -> tuple[Folder, list[Issue]]:
    """Through folders that hold nothing but one folder, and into the one archive that a class lies in.

    Archives are often packed with one folder around all; a download is often kept beside the table that came with it.
    """
    issues = _losses(place)
    while True:
        folders = [folder for folder in place.folders() if not _is_hidden(folder)]
        files = [file for file in place.files() if not file.name.startswith(".") and file.name not in SYSTEM]
        packed = [file for file in files if is_archive(file.name)]
        beside = [file for file in files if PurePosixPath(file.name).suffix.lower() in _BESIDE]
        handed_in = next((folder for name in _HANDED_IN for folder in folders if folder.name == name), None)
        if len(folders) > 1 and not files and handed_in and {folder.name for folder in folders} <= _BESIDE_THEM:
            place = handed_in
            continue
        if not folders and len(packed) == 1 and len(files) == 1 + len(beside) and packings:
            packings -= 1
            inner = _class_in(packed[0], expected, stack, packings)
            if inner is None:
                return place, issues
            issues += _losses(inner)
            issues += [nobodys(file, "lies beside the class and is not a hand-in") for file in beside]
        elif len(files) == len(beside) and len(folders) == 1 and _is_wrapper(folders[0], expected):
            if any(_is_named(file) for file in files):
                return place, issues
            inner = folders[0]
            issues += [nobodys(file, "lies beside the class and is not a hand-in") for file in beside]
        else:
            return place, issues
        place = inner


def _losses(opened: Folder) -> list[Issue]:
    """What of a packed class is not there: it is broken off in the middle, or holds two members of one name."""
    troubles = opened.troubles if isinstance(opened, PackedFolder) else []
    rest = len(troubles) - _MAX_LOSSES
    more = [f"and {counted(rest, 'more such member')}"] if rest > 0 else []
    return [
        Issue(IssueKind.UNREAD, PurePosixPath(opened.name).name, f"{opened.where}: {trouble}.")
        for trouble in (*troubles[:_MAX_LOSSES], *more)
    ]


def _is_hidden(child: File | Folder) -> bool:
    return child.name.startswith(".") or child.name in _TOOLS


def _is_wrapper(folder: Folder, expected: Expected) -> bool:
    """Whether a folder is around a class, and is not somebody's hand-in."""
    if _is_named(folder) or not expected.module_names.isdisjoint(file.name for file in folder.files()):
        return False
    files = folder.files()
    packed = any(is_archive(file.name) or _is_named(file) for file in files)
    return packed or bool(folder.folders()) or bool(files_by_person(files, expected))


def _is_named(child: File | Folder) -> bool:
    return name_in_any_format(child.name) is not None


def _class_in(file: File, expected: Expected, stack: ExitStack, packings: int) -> Folder | None:
    """The class that an archive holds; None where it is one person's hand-in, or nothing that can be opened."""
    try:
        opened = open_class_archive(file, stack)
    except SubmissionError:
        return None
    place, _ = descend(opened, expected, stack, packings)
    children = [child for child in place.children() if not _is_hidden(child) and child.name not in SYSTEM]
    if _shape(children) is not Format.FOLDERS:
        return opened
    archives = [child for child in children if isinstance(child, File) and is_archive(child.name)]
    people = [child for child in archives if likely_file(f"{stem(child.name)}.py", expected) is None]
    if len(people) > 1:
        return opened
    held = [name for child in children if isinstance(child, Folder) for name in answers_in(child, expected)]
    return opened if len(held) > len(set(held)) else None


@dataclass
class _Gathered:
    """The files and folders of one person, or of one attempt, on the way to a hand-in."""

    named: Named
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    order: int = 0


def _named(children: Sequence[File | Folder], shape: Format, expected: Expected, zone: ZoneInfo) -> HandInsAndIssues:
    """The hand-ins in the download of an LMS that writes into every name whose it is."""
    by_attempt: dict[tuple[str, str], _Gathered] = {}
    issues: list[Issue] = []
    read = READERS[shape]
    pairs = [(read(child.name), child) for child in children]
    if shape is Format.BLACKBOARD:
        pairs = _without_assignment(pairs)
    for named, child in sorted(pairs, key=lambda pair: pair[0].order if pair[0] else 0):
        if named is None:
            if child.name not in SYSTEM and not (shape is Format.BRIGHTSPACE and child.name == "index.html"):
                issues.append(nobodys(child, "not named like the others, so it is not a hand-in"))
            continue
        gathered = by_attempt.setdefault(named.attempt, _Gathered(named))
        original = _original(named.file or child.name, expected) if shape is Format.CANVAS else None
        _add(gathered, named, child, original)
    return compressed(_hand_in(gathered, zone) for gathered in by_attempt.values()), issues


def _without_assignment(pairs: list[tuple[Named | None, File | Folder]]) -> list[tuple[Named | None, File | Folder]]:
    """The names without the prefix that all of them share, which is the assignment of "Assignment_username".

    An assignment and a user name may hold "_" themselves: the receipt of an attempt, or comparing them, tells where it
    ends.
    """
    by_receipt = {
        named.key: student
        for named, child in pairs
        if named and isinstance(child, File) and named.file == child.name and (student := student_in(child))
        if f"_{named.key}".endswith(f"_{student.id}")
    }
    keys = {named.key for named, _ in pairs if named}
    first, last = min(keys, default=""), max(keys, default="")  # a prefix that these two share, all between them share
    shared = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    common = first[: first.rfind("_", 0, shared) + 1]

    def bare(named: Named) -> Named:
        user = named.key.removeprefix(common) if common else named.student.id
        student = by_receipt.get(named.key, Student(id=user))
        return replace(named, key=student.id, student=student)

    return [(bare(named) if named else None, child) for named, child in pairs]


def _add(gathered: _Gathered, named: Named, child: File | Folder, original: str | None) -> None:
    """Adds one more part. Of two that were uploaded under one name, the later one counts."""
    name = "" if isinstance(child, Folder) else original or named.file or child.name
    earlier = next((part for part in gathered.parts if part.name == name and name), None)
    if earlier is not None:
        gathered.notes.append(f"{name} was handed in more than once; the newest counts")
        gathered.parts.remove(earlier)
    gathered.parts.append(Part(name, child.key, named.order or None))
    gathered.order = max(gathered.order, named.order)
    if named.note is not None:
        gathered.notes.append(named.note)


def _original(name: str, expected: Expected) -> str:
    """The file's name as it was uploaded: Canvas writes "exercise2-1.py" for a second file called exercise2.py."""
    match = _ATTEMPT.fullmatch(name)
    if match and (expected.file_named(f"{match['stem']}{match['suffix']}") or is_archive(name)):
        return match["stem"] + match["suffix"]
    return name


def _hand_in(gathered: _Gathered, zone: ZoneInfo) -> HandIn:
    when = submitted_at(gathered.named.at, zone) if gathered.named.at else None
    notes = tuple(dict.fromkeys(gathered.notes))
    parts, order = tuple(gathered.parts), (gathered.order, gathered.named.key)
    return HandIn(gathered.named.key, (gathered.named.student,), parts, order=order, notes=notes).handed_in(when)
