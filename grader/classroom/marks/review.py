"""Record a person's mark for a point in the report, with who gave it and when. Regrading keeps it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from grader import BUILT_IN
from grader.assignment_folder import Assignment, load_assignment
from grader.classroom.marks.late import MAX_DAYS, POINT
from grader.classroom.marks.rescore import rescored
from grader.classroom.results import store
from grader.classroom.results.class_inputs import read_inputs
from grader.classroom.results.student_files import write_student
from grader.errors import UsageError
from grader.report.results_json import to_json, write_atomically
from grader.schema import Report, ReviewEntry


def mark(report: Report, *, point: str, score: float | None, comment: str, by: str, when: str) -> ReviewEntry:
    """The entry with which a person gives `score` to one point of `report`, or takes their mark back (None). Pure.

    Raises UsageError where there is no such point, or the score does not fit it.
    """
    if point == POINT:
        return lateness_mark(report, days=score, comment=comment, by=by, when=when)
    point_score = report.point(point)
    if score is not None and not 0 <= score <= point_score.max_score:
        raise UsageError(f"point {point} is worth 0 to {point_score.max_score:g}; {score:g} is out of range.")
    return ReviewEntry(
        point=point,
        score=score,
        max_score=point_score.max_score,
        before=point_score.score,
        comment=comment,
        by=by,
        when=when,
        sha256=report.submission.sha256,
    )


def lateness_mark(report: Report, *, days: float | None, comment: str, by: str, when: str) -> ReviewEntry:
    """The entry with which a person says how many days late a hand-in is whose time nobody knows: 0 for on time, None
    to take that back. Pure. Raises UsageError where the time is known, or for what is no number of days.
    """
    if report.late is None or report.late.submitted is not None:
        raise UsageError("the time of this hand-in is known, so it decides what lateness costs.")
    if days is not None and not (0 <= days <= MAX_DAYS and float(days).is_integer()):
        raise UsageError(f"late is 0 to {MAX_DAYS} whole days; {days:g} is out of range.")
    earlier_marks = [
        entry for entry in report.reviews if entry.point == POINT and entry.sha256 == report.submission.sha256
    ]
    return ReviewEntry(
        point=POINT,
        score=days,
        max_score=MAX_DAYS,
        before=earlier_marks[-1].score if earlier_marks else None,
        comment=comment,
        by=by,
        when=when,
        sha256=report.submission.sha256,
    )


def with_marks(report: Report, assignment: Assignment, marks: Sequence[ReviewEntry]) -> Report:
    """The report scored again with further marks, without those that it has already. Pure."""
    new = [entry for entry in marks if entry not in report.reviews]
    return rescored(report.model_copy(update={"reviews": (*report.reviews, *new)}), assignment) if new else report


def review(
    path: Path, assignment: Assignment, *, point: str, score: float, comment: str, by: str, when: datetime
) -> Report:
    """Gives `score` to one point of the report at `path` and scores it again.

    In a class, the pages of this hand-in follow at once, and the class's tables are marked as out of date: `export`
    writes them. Raises UsageError where there is no such point, the score does not fit it, or another person's mark is
    being written for longer than `store.WAIT_SECONDS`.
    """
    with recording(path, assignment) as record:
        return record(point=point, score=score, comment=comment, by=by, when=when.isoformat(timespec="seconds"))


@contextmanager
def recording(path: Path, assignment: Assignment) -> Iterator[Callable[..., Report]]:
    """Locks the report at `path` while marks are given; yields a function with the keyword arguments of `mark`."""
    results = class_of(path)
    with store.writing_reports(results) if results else nullcontext():

        def record(**values: Any) -> Report:
            report = store.read_report(path)
            check_rubric(path, report, assignment)
            try:
                entry = mark(report, **values)
            except UsageError as error:
                raise UsageError(f"{path}: {error}") from error
            marked = with_marks(report, assignment, [entry])
            keep(path, marked)
            return marked

        yield record


def keep(path: Path, report: Report, *, pages: bool = True) -> None:
    """Writes a report that a person has marked; in a class, also its pages, and a file that says the tables are old."""
    results = class_of(path)
    if results is not None:
        store.mark_stale(results)
    write_atomically(path, to_json(report))
    if results is not None and pages:
        write_student(path.parent, report)


def report_at(path: Path) -> Path:
    """The results.json that a path means: the file itself, or the one in a folder of a class. Raises UsageError."""
    if (path / store.INDEX).is_file():
        raise UsageError(f"{path}: this is a whole class; name the folder of one hand-in in there.")
    return path / store.REPORT if path.is_dir() else path


def class_of(path: Path) -> Path | None:
    """The folder of the class that a report belongs to, if it does."""
    results = path.resolve().parent.parent
    return results if (results / store.INDEX).is_file() else None


def assignment_for(path: Path, folder: Path, rubric: Path | None) -> Assignment:
    """The assignment in `folder` under `rubric`; if that is None, under the class's own. Raises RubricError."""
    results = class_of(path)
    return class_assignment(results, folder, rubric) if results else load_assignment(folder, rubric)


def class_assignment(results: Path, folder: Path, rubric: Path | None = None) -> Assignment:
    """The assignment of a class as RESULTS keeps it, unless another rubric or folder is given."""
    inputs = read_inputs(results)
    if folder == BUILT_IN and inputs.assignment is not None:
        folder = Path(inputs.assignment)
    return load_assignment(folder, rubric or (inputs.rubric.path if inputs.rubric else None))


def check_rubric(path: Path, report: Report, assignment: Assignment) -> None:
    """Raises UsageError if a report was graded by another rubric."""
    if report.environment.rubric_sha256 != assignment.rubric_sha256:
        raise UsageError(f"{path}: this report was graded under another rubric; name that one with --rubric.")
