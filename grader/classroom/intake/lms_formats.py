"""The shapes in which a class comes out of an LMS, told apart by their names alone.

moodle      folders or files "Surname Firstname_12345_assignsubmission_file_[name]", also "…_onlinetext_"
canvas      files "lastnamefirstname_[LATE_]12345_67890_name[-2].py": the user's number, the attachment's, the attempt;
            and "lastnamefirstname_12345_text.html"
gradescope  submission_metadata.yml, which says whose each folder "submission_12345" is and when it came
folders     a folder, a zip or a tar each, named as the course likes
"""

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import yaml

from grader.classroom.class_model import Format, HandIn, Issue, IssueKind, Student
from grader.errors import SubmissionError
from grader.load import submission
from grader.load.archives import is_archive, is_unopened, stem
from grader.load.tree import DiskFile, File, Folder

GRADESCOPE_FILE = "submission_metadata.yml"
CANVAS_LATE = "Canvas marks it late, and does not say when it came"
MAX_METADATA_BYTES = 64 << 20  # Gradescope's file holds every result of every attempt
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<file>.*))?")
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<number>\d+)_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<text>text\.html))"
)
_ATTEMPT = re.compile(r"(?P<stem>.+?)-(?P<attempt>\d+)(?P<suffix>\.[A-Za-z0-9.]+)")

Taken = tuple[list[HandIn], list[Issue]]


@dataclass
class _Gathered:
    """The files and folders that go by one number, on the way to a hand-in."""

    student: Student
    parts: list[tuple[str, str]] = field(default_factory=list)
    order: int = 0
    notes: list[str] = field(default_factory=list)


def take_in(place: Folder, modules: Sequence[str]) -> tuple[Format, list[HandIn], list[Issue]]:
    """Every hand-in of a class, in whatever shape it came, and what is none. Raises OSError and SubmissionError."""
    files = place.files()
    names = [child.name for child in place.children()]
    if any(name in (f"{module}.py" for module in modules) for name in names):
        raise SubmissionError(f"{place.where}: this is one submission, not a class; `grader grade` grades it.")
    shape = _shape(names, [file.name for file in files])
    match shape:
        case Format.GRADESCOPE:
            hand_ins, issues = _gradescope(place)
        case Format.MOODLE:
            hand_ins, issues = _moodle(place)
        case Format.CANVAS:
            hand_ins, issues = _canvas(place, modules)
        case Format.FOLDERS:
            hand_ins, issues = _folders(place)
    if not hand_ins:
        first = f" For instance, {issues[0].message}" if issues else ""
        raise SubmissionError(
            f"{place.where}: there is no hand-in in there; a class is a folder or an archive each.{first}"
        )
    return shape, hand_ins, issues


def _shape(names: Sequence[str], files: Sequence[str]) -> Format:
    if GRADESCOPE_FILE in names:
        return Format.GRADESCOPE
    if any(_MOODLE.fullmatch(name) for name in names):
        return Format.MOODLE
    if sum(bool(_CANVAS.fullmatch(name)) for name in files) > len(names) / 2:
        return Format.CANVAS
    return Format.FOLDERS


def descend(place: Folder, modules: Sequence[str]) -> Folder:
    """Through folders that hold nothing but one folder: archives are often packed with one around all."""
    while True:
        folders = [folder for folder in place.folders() if not submission.is_passed_over(folder.name)]
        files = [file for file in place.files() if not file.name.startswith(".")]
        if files or len(folders) != 1:
            return place
        inner = folders[0]
        wanted = {f"{module}.py" for module in modules}
        if _MOODLE.fullmatch(inner.name) or not wanted.isdisjoint(file.name for file in inner.files()):
            return place
        if not inner.folders() and not any(is_archive(file.name) or "_" in file.name for file in inner.files()):
            return place
        place = inner


def _folders(place: Folder) -> Taken:
    """A folder or an archive each."""
    hand_ins, issues = [], []
    for child in place.children():
        name = stem(child.name) if isinstance(child, File) else child.name
        if child.name.startswith(".") or submission.is_passed_over(child.name):
            continue
        if isinstance(child, File) and not is_archive(child.name) and not is_unopened(child.name):
            issues.append(Issue(IssueKind.UNMATCHED, child.name, f"{child.where}: {_why_none(child)}; passed over."))
            continue
        hand_ins.append(HandIn(name, (Student(name=name),), (_part(child),)))
    return hand_ins, issues


def _why_none(file: File) -> str:
    if isinstance(file, DiskFile) and os.path.islink(file.path):
        return "a link, which is not followed (a .txt can list folders from anywhere)"
    return "a file by itself is nobody's hand-in"


def _part(child: File | Folder) -> tuple[str, str]:
    return (child.name if isinstance(child, File) else "", child.key)


def _moodle(place: Folder) -> Taken:
    """Moodle's "Download all submissions", with folders or without."""
    gathered: dict[str, _Gathered] = {}
    issues = []
    for child in place.children():
        found = _MOODLE.fullmatch(child.name)
        if found is None:
            issues.append(_nobodys(child))
            continue
        own = gathered.setdefault(found["number"], _Gathered(Student(name=found["name"], lms=found["number"])))
        own.parts.append((found["file"] or child.name if isinstance(child, File) else "", child.key))
    return [_hand_in(own, f"{own.student.name}_{number}") for number, own in gathered.items()], issues


def _canvas(place: Folder, modules: Sequence[str]) -> Taken:
    """Canvas' "Download Submissions": flat files. The highest attempt at a file counts; the time is not in there."""
    gathered: dict[str, _Gathered] = {}
    issues = [_nobodys(folder) for folder in place.folders() if not submission.is_passed_over(folder.name)]
    for file in sorted(place.files(), key=lambda file: _attachment(file.name)):
        found = _CANVAS.fullmatch(file.name)
        if found is None:
            issues.append(_nobodys(file))
            continue
        own = gathered.setdefault(found["number"], _Gathered(Student(name=found["name"], lms=found["number"])))
        inner = _original(found["file"] or found["text"], modules)
        earlier = next((number for number, (name, _) in enumerate(own.parts) if name == inner), None)
        if earlier is not None:
            own.notes.append(f"{inner} was handed in more than once; the newest counts")
            del own.parts[earlier]
        own.parts.append((inner, file.key))
        own.order = _attachment(file.name)
        if found["late"] and CANVAS_LATE not in own.notes:
            own.notes.append(CANVAS_LATE)
    return [_hand_in(own, f"{own.student.name}_{number}") for number, own in gathered.items()], issues


def _attachment(name: str) -> int:
    found = _CANVAS.fullmatch(name)
    return int(found["attachment"] or 0) if found else 0


def _original(name: str, modules: Sequence[str]) -> str:
    """The file's name as it was uploaded: Canvas writes "exercise2-1.py" for the second attempt at exercise2.py."""
    found = _ATTEMPT.fullmatch(name)
    if found and (found["stem"] in (*modules, "report", "student") or is_archive(name)):
        return found["stem"] + found["suffix"]
    return name


def _gradescope(place: Folder) -> Taken:
    """Gradescope's "Export submissions"."""
    metadata = _metadata(next(file for file in place.files() if file.name == GRADESCOPE_FILE))
    hand_ins, issues = [], []
    children: dict[str, File | Folder] = {child.name: child for child in place.children()}
    for name, child in children.items():
        about = metadata.pop(name, None)
        if about is None:
            if name != GRADESCOPE_FILE and not name.startswith("."):
                issues.append(_nobodys(child))
            continue
        students = tuple(_submitter(one) for one in about.get("submitters") or [] if isinstance(one, dict))
        at = _moment(about.get("created_at"))
        hand_ins.append(HandIn(name, students or (Student(name=name),), (_part(child),), at))
    gone = f"{GRADESCOPE_FILE} names it, and it is not in the export."
    return hand_ins, [*issues, *(Issue(IssueKind.UNMATCHED, name, gone) for name in metadata)]


class _Loader(yaml.SafeLoader):
    """Plain data only; what Ruby wrote of its own classes is read as the plain data that it is."""


def _plain(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!", _plain)


def _metadata(file: File) -> dict[str, dict[str, Any]]:
    """Folder -> what Gradescope says of it, keys without Ruby's colons. Raises SubmissionError."""
    content = file.read(MAX_METADATA_BYTES)
    try:
        known = yaml.load(content if isinstance(content, bytes) else "", _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SubmissionError(f"{file.where}: this is not YAML that can be read ({error}).") from error
    if not isinstance(known, dict):
        raise SubmissionError(f"{file.where}: this is not the metadata of a Gradescope export.")
    return {str(name): _bare(about) for name, about in known.items() if isinstance(about, dict)}


def _bare(about: dict[Any, Any]) -> dict[str, Any]:
    return {str(key).removeprefix(":"): value for key, value in about.items()}


def _submitter(about: dict[Any, Any]) -> Student:
    known = defaultdict(str, {key: str(value) for key, value in _bare(about).items() if value is not None})
    return Student(known["sid"], known["name"], known["email"])


def _moment(value: object) -> datetime | None:
    """Gradescope writes UTC, with its zone; older exports wrap it into an object of Ruby's."""
    if isinstance(value, dict):
        value = value.get("utc")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None if not isinstance(value, date) else datetime(value.year, value.month, value.day, tzinfo=UTC)


def _hand_in(own: _Gathered, name: str) -> HandIn:
    notes = tuple(dict.fromkeys(own.notes))
    return HandIn(name, (own.student,), tuple(own.parts), None, (own.order, name), notes)


def _nobodys(child: File | Folder) -> Issue:
    return Issue(IssueKind.UNMATCHED, child.name, f"{child.where}: not named as the others are; nobody's hand-in.")
