"""The folder RESULTS: what lies where, read and written whole or not at all.

class.json                who is in the class, what became of each, and what needs a person (`ClassIndex`)
rubric.toml               the rubric that the reports are by
journal.jsonl             what was done when (`journal`); .lock is held by the one run at work
sheet-empty.csv           the grading sheet of the LMS as it was given, filled in anew whenever a score changes
data.npz                  what networks were trained on, where `--data` named it; `reproduce` takes it from here
ID/results.json           a report each
ID/submission.zip         what it was graded from, as read; `reproduce` takes it from here
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, SkipValidation, ValidationError

from grader.classroom.class_model import Format, IssueKind
from grader.classroom.results import journal
from grader.errors import OutputError, UsageError
from grader.model import Submission
from grader.report.results_json import to_json, write_atomically
from grader.schema import Report

INDEX = "class.json"
RUBRIC = "rubric.toml"
REPORT = "results.json"
SUBMISSION = "submission.zip"
PAIRS = "similarity.json"
SHEET = "sheet-empty.csv"
DATA = "data.npz"
# Names in RESULTS that are ours, so that no submission's folder may have them.
OWN = (
    INDEX,
    RUBRIC,
    journal.NAME,
    "grades.csv",
    "moodle.csv",
    "canvas.csv",
    "junit.xml",
    "class.html",
    PAIRS,
    SHEET,
    "sheet.csv",
    DATA,
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every file in a stored zip: the same submission is the same bytes


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Part):
    """A student as the roster or the LMS knows them; texts, empty where unknown."""

    id: str
    name: str
    email: str
    lms: str


class Entry(_Part):
    """One line of the class: a hand-in, or a student of the roster without one (`absent`, no folder)."""

    id: str
    folder: str | None
    students: tuple[Person, ...]
    status: Literal["graded", "fault", "waiting", "absent"]
    submitted: str | None = None
    source: str = ""
    sha256: str | None = None
    notes: tuple[str, ...] = ()


class IssueEntry(_Part):
    """What a person may want to look at."""

    kind: IssueKind
    who: str
    message: str


class ClassIndex(_Part):
    """class.json. Its `entries` can be gone through again and again; those of a class at work are made as they are
    asked for, since a class may have thousands.
    """

    schema_version: Literal["1.0"] = "1.0"
    format: Format
    assignment: str
    title: str
    seed: int
    grader: str
    rubric_sha256: str
    max_score: float
    issues: tuple[IssueEntry, ...]
    entries: SkipValidation[Iterable[Entry]]


class _Stored(ClassIndex):
    entries: tuple[Entry, ...]


def lock(results: Path) -> FileLock:
    """Held by the one run that writes into `results`, which is made; it goes with its process. Raises UsageError."""
    make_results(results)
    held = FileLock(results / ".lock")
    try:
        held.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(f"{results}: another run is at work in there; wait for it, or stop it first.") from error
    return held


def make_results(results: Path) -> None:
    """Makes the folder. Raises OutputError."""
    try:
        results.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{results}: the folder cannot be made ({error.strerror}).") from error


def write_report(folder: Path, report: Report, submission: Submission | None = None) -> None:
    """Puts a report into its folder, after what it was graded from."""
    make_results(folder)
    if submission is not None:
        write_atomically(folder / SUBMISSION, packed(submission.files))
    write_atomically(folder / REPORT, to_json(report))


def read_report(path: Path) -> Report:
    """A stored report. Raises UsageError."""
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        raise UsageError(f"{path}: this is no results.json of this grader ({error.errors()[0]['msg']}).") from error


def read_index(results: Path) -> ClassIndex:
    """class.json. Raises UsageError."""
    try:
        return _Stored.model_validate_json((results / INDEX).read_bytes())
    except OSError as error:
        raise UsageError(f"{results}: no class was graded in there ({INDEX}: {error.strerror}).") from error
    except ValidationError as error:
        raise UsageError(f"{results / INDEX}: this is not the list of a class ({error.errors()[0]['msg']}).") from error


def reports(results: Path, index: ClassIndex) -> Iterator[tuple[Entry, Report]]:
    """Every graded entry and its report, one at a time."""
    for entry in index.entries:
        if entry.status == "graded" and entry.folder:
            yield entry, read_report(results / entry.folder / REPORT)


def write_index(results: Path, index: ClassIndex) -> None:
    """Writes class.json."""
    write_atomically(results / INDEX, _pieces(index))


def _pieces(index: ClassIndex) -> Iterator[str]:
    """The list as JSON, an entry a line."""
    yield index.model_dump_json(indent=2, exclude={"entries"}).removesuffix("\n}") + ',\n  "entries": ['
    between = "\n"
    for entry in index.entries:
        yield f"{between}    {entry.model_dump_json()}"
        between = ",\n"
    yield "\n  ]\n}\n"


def read_files(path: Path) -> dict[str, bytes]:
    """A stored submission's files; none where the copy is gone or broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return {}


def packed(files: Mapping[str, bytes]) -> bytes:
    """A submission's files as a zip, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
