"""`grader reproduce`: grade once more exactly as before, and compare the results."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.classroom.marks.review import class_of
from grader.classroom.results import store
from grader.classroom.results.class_inputs import read_inputs
from grader.errors import UsageError
from grader.load.submission import digest, load
from grader.model import Submission
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import PartScore, Report
from grader.settings import RunSettings

_TINY = 1e-9  # between shares that are the same


@dataclass(frozen=True, slots=True)
class Difference:
    """What one check of a point said then and says now."""

    point: str
    then: str
    now: str


def as_stored(path: Path, report: Report, assignment: Assignment, overrides: Mapping[str, str | Path]) -> Assignment:
    """The assignment with the settings that the report at `path` had, but for `overrides`.

    Raises UsageError where a file that it was graded with is not at hand.
    """
    results = class_of(path)
    stored_overrides = read_inputs(results).overrides if results else {}
    device = report.environment.device.partition(" ")[0]  # the one that was used, also if the setting was "auto"
    used = {**stored_overrides, "device": device}
    files = report.environment.files
    stored = {
        name: used[name]
        for name, option in assignment.rubric.option.items()
        if name in used and (name in files or not option.file)
    }
    again = assignment.with_settings(**{**stored, **overrides})
    for name in sorted({*files, *again.files_sha256}):
        if files.get(name) != again.files_sha256.get(name):
            file = again.rubric.settings.get(name) or "the assignment's own"
            raise UsageError(f"{path} was not graded with this {name} ({file}). Name the right file with --{name}.")
    return again


def stored_submission(path: Path, report: Report, replacement: Path | None, assignment: Assignment) -> Submission:
    """The submission that the report at `path` is of: the copy beside it, or the folder or zip `replacement`.

    Raises UsageError unless its contents are those that were graded, to the byte.
    """
    source = replacement or path.parent / store.SUBMISSION
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
    chosen = frozenset(report.point(name).id for name in points) or frozenset(stored)
    with GradingSession(assignment, RunSettings(sandbox, report.seed)) as session:
        again = session.grade(submission, selected=chosen)
    return [
        Difference(point.id, _describe(stored[point.id]), _describe(point.parts))
        for point in again.points
        if not _same(stored[point.id], point.parts)
    ]


def _same(then: Collection[PartScore], now: Collection[PartScore]) -> bool:
    return len(then) == len(now) and all(
        (a.part, a.outcome, a.diagnosis) == (b.part, b.outcome, b.diagnosis) and abs(a.share - b.share) <= _TINY
        for a, b in zip(then, now, strict=True)
    )


def _describe(parts: Collection[PartScore]) -> str:
    return "; ".join(
        f"{part.part + ': ' if part.part else ''}{part.outcome} ({part.share:.0%})"
        + (f", {part.diagnosis}" if part.diagnosis else "")
        for part in parts
    )
