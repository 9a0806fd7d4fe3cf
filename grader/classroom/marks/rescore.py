"""Score stored reports again under another rubric. Pure: no code is run, so a whole class takes seconds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.assignment_folder import Assignment
from grader.classroom.marks.finalize import extension_of, finalize, submitted_at
from grader.model import CheckResult, Outcome, Verdict
from grader.rubric import Point, Rubric
from grader.schema import PointScore, Report
from grader.score import score

_TINY = 1e-6  # below a score's rounding


@dataclass(frozen=True, slots=True)
class Move:
    """What re-scoring did to one submission's score, and why, a sentence each."""

    id: str
    before: float
    after: float
    reasons: tuple[str, ...]


def rescored(report: Report, assignment: Assignment, before: Rubric | None = None) -> Report:
    """The report under the assignment's rubric, with its reviews and its lateness.

    `before` is the rubric that it was graded under, None for the same. A point that is new since, in an exercise that
    was graded as a whole, is a `grader_error`: it has to be graded.
    """
    fresh = machine_report(report, assignment, before)
    late = assignment.rubric.late if report.late else None
    return finalize(fresh, late, submitted_at(report), report.reviews, extension_of(report))


def machine_report(report: Report, assignment: Assignment, before: Rubric | None = None) -> Report:
    """The report as it was judged, before any review and lateness, under the assignment's rubric."""
    rubric = assignment.rubric
    stored = {point.id: point for point in report.points}
    results = [
        result
        for exercise in rubric.exercise
        for point in exercise.point
        if point.id in stored
        for result in _results(point, stored[point.id], report)
    ]
    about = {
        "submission": report.submission,
        "seed": report.seed,
        "environment": report.environment.model_copy(update={"rubric_sha256": assignment.rubric_sha256}),
    }
    return score(rubric, results, _selected(rubric, before or rubric, stored), **about)


def _selected(rubric: Rubric, before: Rubric, stored: Mapping[str, PointScore]) -> list[str]:
    """What was graded, and what is new where all that there was had been graded: in an exercise, or in all of them."""
    points_before = {exercise.id: [point.id for point in exercise.point] for exercise in before.exercise}
    whole = {name for name, points in points_before.items() if all(point in stored for point in points)}
    everything = len(whole) == len(points_before)
    every = {point for points in points_before.values() for point in points}
    return [
        point.id
        for exercise in rubric.exercise
        for point in exercise.point
        if point.id in stored or (point.id not in every and (everything or exercise.id in whole))
    ]


def _results(point: Point, stored: PointScore, report: Report) -> Iterator[CheckResult]:
    """The results of one point's checks, from the stored report; none for a part that was not graded then."""
    incidents = tuple(incident for incident in report.incidents if incident.point == point.id)
    trace = stored.traceback
    parts: set[str | None] = {*point.parts} or {None}
    for part in stored.parts:
        if part.part in parts:
            verdict = Verdict(part.outcome, part.share, part.message, part.diagnosis, stored.notes, stored.evidence)
            yield CheckResult(point.id, part.part, verdict, incidents, trace, stored.output, stored.seconds)
            incidents, trace = (), ()  # of the point, said once
            stored = stored.model_copy(update={"notes": (), "evidence": {}, "output": "", "seconds": 0.0})


def compare(before: Report, after: Report) -> Move | None:
    """The move from one report to the other, with its reasons; None if the score and every point stay."""
    old, new = ({point.id: point for point in report.points} for report in (before, after))
    reasons = [_reason(name, old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new))]
    if before.late and after.late and before.late.message != after.late.message:
        reasons.append(f"late: {after.late.message}")
    changes = tuple(reason for reason in reasons if reason)
    if not changes and abs(before.score - after.score) <= _TINY:
        return None
    return Move(before.submission.id, before.score, after.score, changes)


def _reason(name: str, old: PointScore | None, new: PointScore | None) -> str | None:
    if old is None or new is None:
        return f"{name}: {'not in the stored report' if old is None else 'no longer in the rubric'}"
    if new.outcome is Outcome.GRADER_ERROR and old.outcome is not Outcome.GRADER_ERROR:
        return f"{name}: has to be graded again, its parts are not the stored ones"
    if abs(old.score - new.score) > _TINY or abs(old.max_score - new.max_score) > _TINY:
        return f"{name}: {old.score:g} of {old.max_score:g} → {new.score:g} of {new.max_score:g}"
    return None
