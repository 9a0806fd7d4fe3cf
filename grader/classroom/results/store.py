"""Read and write the folder RESULTS, each file whole or not at all.

class.json                who is in the class, what became of each, and what needs a person (`ClassIndex`)
inputs/                   all that was given for the class: roster, times, rubric, selection (`class_inputs`)
journal.jsonl             what was done when (`journal`); .lock is held by the one run at work
ID/results.json           the report on a hand-in
ID/results-damaged.json   a report that could not be read, where `grader class` has graded that hand-in again
ID/submission.zip         what it was graded from, as read; `reproduce` takes it from here
"""

import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, SkipValidation, ValidationError

from grader.classroom.class_model import Format, Issue, IssueKind, Student, Worth
from grader.classroom.reiterable import Reiterable
from grader.classroom.results import journal
from grader.classroom.results.locks import hold
from grader.errors import OutputError, UsageError
from grader.load.submission import packed
from grader.model import Submission
from grader.report.results_json import to_json, write_atomically
from grader.rubric import Rubric
from grader.schema import Report

INDEX = "class.json"
INPUTS = "inputs"
STALE = "TABLES-ARE-OUT-OF-DATE.txt"
REPORT = "results.json"
SET_ASIDE = "results-damaged.json"
SUBMISSION = "submission.zip"
PAIRS = "similarity.json"
# Names in RESULTS that are ours, so that no submission's folder may have them.
RESERVED_NAMES = (
    *(INDEX, INPUTS, STALE, PAIRS, journal.NAME),
    *("grades.csv", "moodle.csv", "canvas.csv", "sheet.csv"),
    *("feedback.zip", "junit.xml", "class.html", "similar.html"),
    *("desk.db", "desk.db-wal", "desk.db-shm"),
)
WAIT_SECONDS = 10.0  # for another person's mark to be written, which takes milliseconds
MAX_REPORT = 64 << 20  # bytes; what the bounds of a verdict leave room for, at the most
_REMEDY = (
    "This hand-in was left out; everything else was done. Put the file back from a backup, or run `grader class` to "
    "grade the hand-in again, then run this again."
)
_STALE_TEXT = (
    "Marks were given after grades.csv and the other tables were written.\n"
    "`grader export` with this folder brings them up to date; so do `grader class` and `grader rescore`.\n"
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # a mark alone needs none of them


class Entry(_Part):
    """One line of the class: a hand-in, or a student of the roster without one (`absent`, no folder)."""

    id: str
    folder: str | None
    students: tuple[Student, ...]
    status: Literal["graded", "fault", "waiting", "absent"]
    submitted: str | None = None
    extension: str | None = None  # as `class_model.Extension` writes it
    source: str = ""
    sha256: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime | None:
        """When it was handed in."""
        return datetime.fromisoformat(self.submitted) if self.submitted else None


class PointColumn(_Part):
    """A point of the rubric, whether it was graded or not."""

    id: str
    exercise: str
    max_score: float


class ClassIndex(_Part):
    """class.json. `max_score` is of the points that were graded, `points` are all that the rubric has.

    `moves` is how many ids had changed, as the journal has it, when this was written: it tells a list that a cut left
    behind, in which an id is another hand-in's. None was written by an earlier version, which knew of no such list.

    Its `entries` can be gone through again and again; those of a class at work are made as they are
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
    points: tuple[PointColumn, ...] = ()
    moves: int | None = None
    issues: tuple[Issue, ...]
    entries: SkipValidation[Iterable[Entry]]

    @property
    def worth(self) -> Worth:
        """What was graded is worth, and the whole rubric."""
        return Worth(self.max_score, round(sum(point.max_score for point in self.points), 6))


class _Stored(ClassIndex):
    entries: tuple[Entry, ...]


def columns(rubric: Rubric) -> tuple[PointColumn, ...]:
    """All points of a rubric, in its order."""
    return tuple(
        PointColumn(id=point.id, exercise=exercise.id, max_score=point.max)
        for exercise in rubric.exercise
        for point in exercise.point
    )


def lock(results: Path, wait: float = 0.0) -> ExitStack:
    """Held by the one run that writes into `results`, which is made; it goes with its process.

    Waits for its turn for `wait` seconds. Raises UsageError.
    """
    make_results(results)
    return hold(results / ".lock", f"{results}: another run is using this folder; wait for it, or stop it first.", wait)


@contextmanager
def writing_reports(results: Path) -> Iterator[None]:
    """Held for the moment in which a report is changed, by whoever changes it: a run, a rescore, two people who mark.

    Waits for its turn. Raises UsageError after `WAIT_SECONDS`.
    """
    busy = f"{results}: reports are being written there for {WAIT_SECONDS:g} s; try it again."
    with hold(results / ".reports.lock", busy, WAIT_SECONDS):
        yield


def mark_stale(results: Path) -> None:
    """Says in RESULTS that the tables are older than a mark, until `export` writes them again."""
    if not (results / STALE).exists():
        write_atomically(results / STALE, _STALE_TEXT, durable=False)


def make_results(results: Path) -> None:
    """Makes the folder. Raises OutputError."""
    try:
        results.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{results}: the folder cannot be created ({error.strerror}).") from error


def write_report(folder: Path, report: Report, submission: Submission | None = None) -> None:
    """Puts a report into its folder, after what it was graded from."""
    make_results(folder)
    if submission is not None:
        write_atomically(folder / SUBMISSION, packed(submission.files), sync_name=False)
    write_atomically(folder / REPORT, to_json(report))


def set_aside(path: Path) -> Path | None:
    """Renames a report that cannot be read, since marks may be in it that nothing else has; None where there is none.

    Raises OutputError.
    """
    new_path = path.with_name(SET_ASIDE)
    try:
        return path.replace(new_path) if path.is_file() else None
    except OSError as error:
        raise OutputError(f"{path}: the damaged report cannot be renamed ({error.strerror}).") from error


def read_report(path: Path) -> Report:
    """A stored report. Raises UsageError."""
    try:
        return Report.model_validate_json(_report_bytes(path))
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        raise UsageError(f"{path}: this is not a results.json of this grader ({error.errors()[0]['msg']}).") from error


def _report_bytes(path: Path) -> bytes:
    """Raises OSError, and UsageError for what is not read: one waits for a pipe, and a huge file fills the memory."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path}: the report cannot be read (not an ordinary file).")
    if status.st_size > MAX_REPORT:
        raise UsageError(f"{path}: this is not a results.json of this grader (larger than {MAX_REPORT >> 20} MiB).")
    return path.read_bytes()


def read_index(results: Path) -> ClassIndex:
    """class.json. Raises UsageError, where ids are changing too."""
    index = stored_index(results)
    if index.moves is not None and index.moves < len(journal.moves(results / journal.NAME)):
        raise UsageError(
            f"{results}: hand-ins are being given other ids. Try it again in a moment; if the run that did so was cut "
            "off, run `grader class` again first, which finishes it."
        )
    return index


def refuse_half_moved(results: Path) -> None:
    """Raises UsageError while ids are changing: a folder may hold another student's report than the list says."""
    if journal.moves(results / journal.NAME):
        read_index(results)


def stored_index(results: Path) -> ClassIndex:
    """class.json as the last run left it, perhaps behind the journal. Raises UsageError."""
    try:
        return _Stored.model_validate_json((results / INDEX).read_bytes())
    except OSError as error:
        raise UsageError(f"{results}: no graded class was found here ({INDEX}: {error.strerror}).") from error
    except ValidationError as error:
        raise UsageError(f"{results / INDEX}: this is not the list of a class ({error.errors()[0]['msg']}).") from error


def reports(results: Path, index: ClassIndex, issues: list[Issue] | None = None) -> Iterator[tuple[Entry, Report]]:
    """Every graded entry and its report, one at a time. What cannot be read is left out and added to `issues`."""
    for entry in index.entries:
        report = report_of(results, entry, issues)
        if report is not None:
            yield entry, report


def report_of(results: Path, entry: Entry, issues: list[Issue] | None = None) -> Report | None:
    """The report of an entry that is graded; a report that cannot be read is added to `issues`."""
    if entry.status != "graded" or not entry.folder:
        return None
    try:
        return read_report(results / entry.folder / REPORT)
    except UsageError as error:
        if issues is not None:
            issues.append(Issue(IssueKind.DAMAGED, entry.id, f"{error} {_REMEDY}"))
        return None


def without_damaged(index: ClassIndex, issues: Sequence[Issue]) -> ClassIndex:
    """The class with `issues` among its issues, and without a grade for those whose report is damaged."""
    if not issues:
        return index
    ids = {issue.who for issue in issues if issue.kind is IssueKind.DAMAGED}

    def entries() -> Iterator[Entry]:
        for entry in index.entries:
            yield entry.model_copy(update={"status": "fault"}) if entry.id in ids else entry

    return index.model_copy(update={"issues": (*index.issues, *issues), "entries": Reiterable(entries)})


def damaged_sentence(issues: Iterable[Issue]) -> str | None:
    """Which reports are damaged, and what to do; None where all could be read."""
    messages = [f"{issue.who}: {issue.message}" for issue in issues if issue.kind is IssueKind.DAMAGED]
    return "\n".join(messages) or None


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
    if not path.is_file():
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return {}
