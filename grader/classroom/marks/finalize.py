"""Apply a person's marks, then lateness, to a judged report. Pure: it starts from what was judged, so is repeatable."""

from collections.abc import Sequence
from datetime import datetime

from grader.classroom.class_model import Extension
from grader.classroom.marks.late import POINT, decided_lateness, lateness
from grader.model import Outcome
from grader.rubric import Late
from grader.schema import ExerciseScore, LateEntry, PointScore, Report, ReviewEntry

_DIGITS = 6  # of a score: shares such as 5/6 are not to show their rounding
_FULL = 1e-9  # as near to the maximum as decimal fractions come


def finalize(
    report: Report,
    late: Late | None,
    submitted: datetime | None,
    reviews: Sequence[ReviewEntry],
    extension: Extension | None = None,
) -> Report:
    """The report with `reviews` applied and lateness taken off.

    `report` is as it was judged (by `score`, or by `rescored`). `late` is None for a submission that is graded by
    itself, outside a class. Reviews of another hand-in than this one stay in the history and change nothing, and so
    does a person's decision on lateness once the time is known after all.
    """
    marks = {review.point: review for review in reviews if review.sha256 == report.submission.sha256}
    points = tuple(_marked(point, marks.get(point.id)) for point in report.points)
    total = round(sum(point.score for point in points), _DIGITS)
    pending = round(sum(point.pending for point in points), _DIGITS)
    entry = _late_entry(late, submitted, extension, total, marks.get(POINT)) if late is not None else None
    factor = entry.factor if entry else 1.0
    changed: dict[str, object] = {
        "points": points,
        "exercises": tuple(_summed(exercise, points) for exercise in report.exercises),
        "score": round(total * factor, _DIGITS),
        "pending": round(pending * factor, _DIGITS),
        "score_before_late": total if entry else None,
        "late": entry,
        "reviews": tuple(reviews),
    }
    return report.model_copy(update=changed)


def _late_entry(
    late: Late, submitted: datetime | None, extension: Extension | None, total: float, decision: ReviewEntry | None
) -> LateEntry:
    """What handing in at that time takes off a `total`; if nobody knows the time, what a person decided."""
    if submitted is None and decision is not None and decision.score is not None:
        charge = decided_lateness(late, round(decision.score), decision.by, extension)
    else:
        charge = lateness(late, submitted, extension)
    return LateEntry(
        submitted=submitted.isoformat() if submitted else None,
        due=charge.due.astimezone(late.zone).isoformat(),
        extension=str(extension) if extension else None,
        policy=late.policy,
        days=charge.days,
        factor=charge.factor,
        deducted=round(total - round(total * charge.factor, _DIGITS), _DIGITS),
        message=charge.message,
    )


def submitted_at(report: Report) -> datetime | None:
    """When it was handed in, as a finalized report has it."""
    return datetime.fromisoformat(report.late.submitted) if report.late and report.late.submitted else None


def extension_of(report: Report) -> Extension | None:
    """The extension that a finalized report knows of."""
    return Extension.parse(report.late.extension) if report.late and report.late.extension else None


def _marked(point: PointScore, review: ReviewEntry | None) -> PointScore:
    """The point with a person's mark, as a share of what the point is worth now."""
    if review is None or review.score is None:
        return point
    share = review.score / review.max_score
    outcome = Outcome.PASSED if share >= 1 - _FULL else Outcome.PARTIAL if share > 0 else Outcome.FAILED
    comment = f"{review.comment} " if review.comment else ""
    return point.model_copy(
        update={
            "score": round(share * point.max_score, _DIGITS),
            "pending": 0.0,
            "outcome": outcome,
            "message": f"{comment}(marked by {review.by})",  # the machine's own words stay in `parts`
        }
    )


def _summed(exercise: ExerciseScore, points: Sequence[PointScore]) -> ExerciseScore:
    total = sum(point.score for point in points if point.exercise == exercise.id)
    return exercise.model_copy(update={"score": round(total, _DIGITS)})
