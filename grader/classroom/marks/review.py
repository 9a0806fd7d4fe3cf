"""A person's mark for a point: recorded in the report with who gave it and when, and never lost again."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from grader.classroom.marks.rescore import rescored
from grader.classroom.results import store
from grader.classroom.results.export import export
from grader.errors import UsageError
from grader.report.results_json import to_json, write_atomically
from grader.rubric import Assignment, load_assignment
from grader.schema import Report, ReviewEntry


def mark(report: Report, *, point: str, score: float | None, comment: str, by: str, when: str) -> ReviewEntry:
    """The entry with which a person gives `score` to one point of `report`, or takes their mark back (None). Pure.

    Raises UsageError where there is no such point, or the score does not fit it.
    """
    found = next((one for one in report.points if one.id == point), None)
    if found is None:
        raise UsageError(f"there is no point {point} in this report.")
    if score is not None and not 0 <= score <= found.max_score:
        raise UsageError(f"point {point} is worth 0 to {found.max_score:g}; {score:g} is not within.")
    return ReviewEntry(
        point=point,
        score=score,
        max_score=found.max_score,
        before=found.score,
        comment=comment,
        by=by,
        when=when,
        sha256=report.submission.sha256,
    )


def with_marks(report: Report, assignment: Assignment, marks: Sequence[ReviewEntry]) -> Report:
    """The report scored again with further marks; one that it has already is not taken twice. Pure."""
    new = [entry for entry in marks if entry not in report.reviews]
    return rescored(report.model_copy(update={"reviews": (*report.reviews, *new)}), assignment) if new else report


def review(
    path: Path, assignment: Assignment, *, point: str, score: float, comment: str, by: str, when: datetime
) -> Report:
    """Gives `score` to one point of the report at `path` and scores it again; the class's tables follow.

    Raises UsageError where there is no such point, or the score does not fit it.
    """
    report = store.read_report(path)
    check_rubric(path, report, assignment)
    try:
        entry = mark(report, point=point, score=score, comment=comment, by=by, when=when.isoformat(timespec="seconds"))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
    marked = with_marks(report, assignment, [entry])
    results = class_of(path)
    if results is None:
        write_atomically(path, to_json(marked))
    else:
        with store.lock(results):
            write_atomically(path, to_json(marked))
            export(results, store.read_index(results))
    return marked


def class_of(path: Path) -> Path | None:
    """The folder of the class that a report belongs to, if it does."""
    results = path.resolve().parent.parent
    return results if (results / store.INDEX).is_file() else None


def assignment_for(path: Path, folder: Path, rubric: Path | None) -> Assignment:
    """The assignment in `folder` under the rubric given, else the class's own. Raises RubricError."""
    results = class_of(path)
    return load_assignment(folder, rubric or (results / store.RUBRIC if results else None))


def check_rubric(path: Path, report: Report, assignment: Assignment) -> None:
    """Raises UsageError where a report is not by this rubric."""
    if report.environment.rubric_sha256 != assignment.rubric_sha256:
        raise UsageError(f"{path}: this report is by another rubric; name that one with --rubric.")
