"""`grader reproduce`: the very same grading once more, and whether it comes to the same."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from grader.classroom.marks.review import class_of
from grader.classroom.results import store
from grader.classroom.results.class_inputs import read_inputs
from grader.errors import UsageError
from grader.load.submission import digest, load
from grader.model import Submission
from grader.pipeline import GradingSession
from grader.rubric import Assignment
from grader.sandbox.choose import SandboxSettings
from grader.schema import PartScore, Report
from grader.settings import RunSettings

_TINY = 1e-9  # between shares that are the same


@dataclass(frozen=True, slots=True)
class Difference:
    """What one check of a point said then and says now."""

    point: str
    then: str
    now: str


def as_stored(path: Path, report: Report, assignment: Assignment, device: str | None, data: Path | None) -> Assignment:
    """The assignment as the report at `path` had it: trained where, and on what, unless another place is asked for.

    Raises UsageError where the images that it was trained on are not to be had.
    """
    if data is None and report.environment.data_sha256 and not assignment.rubric.settings.get("data"):
        results = class_of(path)
        kept = read_inputs(results).data if results else None
        if kept is None:
            raise UsageError(f"{path}: its networks were trained on data of the course; name that file with --data.")
        data = kept.path
    device = device or report.environment.device.partition(" ")[0]
    again = assignment.with_settings(device=device, data=str(data) if data else None)
    if again.data_sha256 != report.environment.data_sha256:
        what = again.rubric.settings.get("data") or "the assignment's own images"
        raise UsageError(f"{what}: this is not what the report's networks were trained on; name that with --data.")
    return again


def stored_submission(path: Path, report: Report, given: Path | None, assignment: Assignment) -> Submission:
    """What the report at `path` is of: the copy beside it, or the folder or zip given. Raises UsageError.

    Its contents have to be those that were graded, to the byte.
    """
    source = given or path.parent / store.SUBMISSION
    if not source.exists():
        raise UsageError(f"{source}: the submission is not there; name its folder or zip with --submission.")
    if report.submission.sha256 == digest({}):
        submission = Submission(report.submission.id, {}, digest({}))
    else:
        submission = load(source, assignment.expected)
    if submission.sha256 != report.submission.sha256:
        raise UsageError(
            f"{source}: these are not the files that were graded (SHA-256 {submission.sha256[:12]}…, "
            f"graded was {report.submission.sha256[:12]}…)."
        )
    return replace(submission, id=report.submission.id, notes=report.submission.notes)


def reproduce(
    report: Report, submission: Submission, assignment: Assignment, sandbox: SandboxSettings, points: Collection[str]
) -> list[Difference]:
    """Grades some points (all, if none is named) again with the report's own seed; returns where it differs.

    What is compared is what the checks said, not what the rubric, a review or lateness made of it. Raises UsageError.
    """
    stored = {point.id: point.parts for point in report.points}
    unknown = sorted(set(points) - stored.keys())
    if unknown:
        raise UsageError(f"there is no point {unknown[0]} in this report.")
    chosen = frozenset(points) or frozenset(stored)
    with GradingSession(assignment, RunSettings(sandbox, report.seed)) as session:
        again = session.grade(submission, selected=chosen)
    return [
        Difference(point.id, _said(stored[point.id]), _said(point.parts))
        for point in again.points
        if not _same(stored[point.id], point.parts)
    ]


def _same(then: Collection[PartScore], now: Collection[PartScore]) -> bool:
    return len(then) == len(now) and all(
        (a.part, a.outcome, a.diagnosis) == (b.part, b.outcome, b.diagnosis) and abs(a.share - b.share) <= _TINY
        for a, b in zip(then, now, strict=True)
    )


def _said(parts: Collection[PartScore]) -> str:
    return "; ".join(
        f"{part.part + ': ' if part.part else ''}{part.outcome} ({part.share:.0%})"
        + (f", {part.diagnosis}" if part.diagnosis else "")
        for part in parts
    )
