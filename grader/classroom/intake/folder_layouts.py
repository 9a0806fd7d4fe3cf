"""Which part of somebody's folder counts, and since when, by what a platform puts into every folder of a class.

nbgrader   "ada/ps9/timestamp.txt": the folder of the assignment, one of several
submitty   "ada/2/…", a folder for each version, and "ada/user_assignment_settings.json", which says which is the
           active one; "ada/.submit.timestamp" where only that one was downloaded
teams      "Ada Lovelace/Sheet 9/Version 2/…": a folder for each time that it was turned in; the newest counts
vpl        "Lovelace Ada 17 alove/2022-01-25-13-59-59/…", a folder for each time that it was handed in, and another with
           ".ceg" behind it for what VPL found
openolat   "Lovelace_Ada_alove/2_submissions/…", beside a task, corrections and revisions

A student can hand in files and folders of these names, too. So it is more than half of a class, two folders or more,
that show the platform; there the platform writes these files after the student did. docs/lms.md names the sources.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader.classroom.class_model import Student
from grader.classroom.intake.time_stamps import TIMESTAMP, read_stamp, stamp_in
from grader.load.tree import Folder
from grader.model import Expected
from grader.text import listed

_SETTINGS, _SUBMIT_STAMP = "user_assignment_settings.json", ".submit.timestamp"
_MAX_SETTINGS_BYTES = 1 << 20
_VERSION = re.compile(r"[^\W\d_]+ (?P<number>\d+)")
_OF_VPL = re.compile(r"(?P<name>.+) \d+ (?P<login>\S+)", re.S)
_ATTEMPT, _RESULTS = "%Y-%m-%d-%H-%M-%S", ".ceg"
_SUBMISSIONS, _OF_TEACHERS = "2_submissions", ("1_task", "3_corrections")
_LOOKED_AT = 50  # folders of a class; enough to tell, and no matter how large it is


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts of somebody's folder: what lies at `path` in it (all of it where that is empty).

    `submitted` is naive where it is what the platform's clock showed. `notes` are for the report; `nothing` is why
    nothing of it counts. `student` is whose it is, where the layout says more of this than any folder's name does.
    """

    path: str = ""
    submitted: datetime | None = None
    notes: tuple[str, ...] = ()
    nothing: str | None = None
    student: Student | None = None


Layout = Callable[[Folder, Expected], Counting | None]


def layout_of(folders: Sequence[Folder], expected: Expected) -> Layout:
    """The layout that more than half of a class's folders have; where there is none, all of a folder counts."""
    first = folders[:_LOOKED_AT]
    for layout in (_submitty, _nbgrader, _teams, _vpl, _openolat):
        alike = sum(layout(folder, expected) is not None for folder in first)
        if alike > 1 and alike > len(first) / 2:
            return layout
    return lambda folder, expected: None


def _nbgrader(folder: Folder, expected: Expected) -> Counting | None:
    stamped = [inner for inner in folder.folders() if any(file.name == TIMESTAMP for file in inner.files())]
    inner = _the_answering(stamped, expected)
    if inner is None:
        return Counting() if stamped else None
    at, notes = stamp_in(inner, TIMESTAMP)
    return Counting(inner.key, at, (*notes, *_beside(folder, inner, expected)))


def _submitty(folder: Folder, expected: Expected) -> Counting | None:
    files = {file.name: file for file in folder.files()}
    if _SETTINGS not in files:
        return Counting("", *stamp_in(folder, _SUBMIT_STAMP)) if _SUBMIT_STAMP in files else None
    settings = _settings(files[_SETTINGS].read(_MAX_SETTINGS_BYTES))
    active = settings.get("active_version")
    if not isinstance(active, int):
        return Counting()
    if active < 1:
        return Counting(nothing="in Submitty no version is active (the student cancelled it), so nothing of it counts")
    versions = {inner.name: inner for inner in folder.folders() if inner.name.isdecimal()}
    version = versions.get(str(active))
    if version is None:
        return Counting(notes=(f"version {active} is the active one in Submitty, and it is not in the download",))
    counts = (f"version {active} counts; in Submitty it is the active one of {len(versions)}",)
    moment = _in_history(settings, active)
    at, notes = (moment, ()) if moment else stamp_in(version, _SUBMIT_STAMP)
    return Counting(version.key, at, (*notes, *(counts if len(versions) > 1 else ())))


def _settings(content: bytes | str) -> Mapping[str, Any]:
    try:
        settings = json.loads(content) if isinstance(content, bytes) else None
    except (ValueError, RecursionError):
        settings = None
    return settings if isinstance(settings, dict) else {}


def _in_history(settings: Mapping[str, Any], version: int) -> datetime | None:
    """When a version was handed in, by Submitty's own list of them."""
    history = settings.get("history")
    for entry in history if isinstance(history, list) else ():
        if isinstance(entry, dict) and entry.get("version") == version:
            return read_stamp(str(entry.get("time")))
    return None


def _teams(folder: Folder, expected: Expected) -> Counting | None:
    if folder.files():
        return None
    assignments = [inner for inner in folder.folders() if _versions(inner)]
    assignment = _the_answering(assignments, expected)
    if assignment is None:
        return Counting() if assignments else None
    newest, *earlier = _versions(assignment)
    counts = (f"{newest.name} counts, the newest of {len(earlier) + 1} that were turned in",) if earlier else ()
    return Counting(f"{assignment.key}/{newest.key}", notes=(*counts, *_beside(folder, assignment, expected)))


def _versions(assignment: Folder) -> list[Folder]:
    """The folders "Version 2", "Version 1" of an assignment, the newest first; none where there is anything else."""
    numbers = {inner: match for inner in assignment.folders() if (match := _VERSION.fullmatch(inner.name))}
    is_whole = len(numbers) == len(assignment.folders()) and not assignment.files()
    return sorted(numbers, key=lambda inner: -int(numbers[inner]["number"])) if is_whole else []


def _vpl(folder: Folder, expected: Expected) -> Counting | None:
    attempts = {inner: at for inner in folder.folders() if (at := _attempted(inner.name.removesuffix(_RESULTS)))}
    handed_in = [inner for inner in attempts if not inner.name.endswith(_RESULTS)]
    if folder.files() or not handed_in or len(attempts) < len(folder.folders()):
        return None
    newest = max(handed_in, key=lambda inner: attempts[inner])
    counts = (f"{newest.name} counts, the newest of {len(handed_in)}",) if len(handed_in) > 1 else ()
    match = _OF_VPL.fullmatch(folder.name)
    student = Student(match["login"], match["name"]) if match else None
    return Counting(newest.key, attempts[newest], counts, student=student)


def _attempted(name: str) -> datetime | None:
    """What the server's clock showed when it was handed in."""
    try:
        return datetime.strptime(name, _ATTEMPT)
    except ValueError:
        return None


def _openolat(folder: Folder, expected: Expected) -> Counting | None:
    names = {inner.name for inner in folder.folders()}
    if folder.files() or _SUBMISSIONS not in names:
        return None
    return Counting(_SUBMISSIONS if names <= {_SUBMISSIONS, *_OF_TEACHERS} else "")  # a revision: a person decides


def _the_answering(folders: Sequence[Folder], expected: Expected) -> Folder | None:
    """The only folder that has answers in it, or the only one at all."""
    answering = [folder for folder in folders if _has_answers(folder, expected)] or folders
    return answering[0] if len(answering) == 1 else None


def _has_answers(folder: Folder, expected: Expected, levels: int = 2) -> bool:
    if any(file.name in expected.module_names for file in folder.files()):
        return True
    return levels > 0 and any(_has_answers(inner, expected, levels - 1) for inner in folder.folders()[:20])


def _beside(folder: Folder, counting: Folder, expected: Expected) -> tuple[str, ...]:
    """A note if there are answers elsewhere in the folder, which are left out."""
    others = [inner.name for inner in folder.folders() if inner.key != counting.key and _has_answers(inner, expected)]
    return (f"{counting.name} was graded; there are exercises in {listed(others)}, too",) if others else ()
