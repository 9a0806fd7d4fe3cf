"""Outcomes and rubric -> Report. Pure: no files, no clock, no student's code, the same answer every time."""

from collections.abc import Collection, Iterable, Sequence

from grader.model import CheckResult, Outcome, Verdict
from grader.rubric import Point, Rubric
from grader.schema import ExerciseScore, PartScore, PointScore, Report

_DIGITS = 6  # of a score: shares such as 5/6 are not to show their rounding

# Worst first: what a point says whose parts ended differently. A fault of ours beats everything, so that it is seen.
_WORST = (
    Outcome.GRADER_ERROR,
    Outcome.REVIEW,
    Outcome.FORBIDDEN,
    Outcome.CRASHED,
    Outcome.TIMEOUT,
    Outcome.ERROR,
    Outcome.FAILED,
    Outcome.MISSING,
)


def score(rubric: Rubric, results: Sequence[CheckResult], selected: Collection[str], **about: object) -> Report:
    """The report on one submission. `about` fills the report's other fields: submission, seed, environment.

    Every selected point of the rubric is in it, with or without a result; a check without one is a `grader_error`.
    """
    points = {
        point.id: _score_point(point, exercise.id, results) for exercise in rubric.exercise for point in exercise.point
    }
    points = {name: point for name, point in points.items() if name in selected}
    exercises = tuple(
        ExerciseScore(
            id=exercise.id,
            title=exercise.title,
            score=_sum(p.score for p in exercise_points),
            max_score=_sum(p.max_score for p in exercise_points),
        )
        for exercise in rubric.exercise
        if (exercise_points := [point for point in points.values() if point.exercise == exercise.id])
    )
    return Report.model_validate(
        {
            "assignment": rubric.assignment,
            "title": rubric.title,
            "score": _sum(point.score for point in points.values()),
            "max_score": _sum(point.max_score for point in points.values()),
            "pending": _sum(point.pending for point in points.values()),
            "exercises": exercises,
            "points": tuple(points.values()),
            "incidents": tuple(incident for result in results for incident in result.incidents),
            **about,
        }
    )


def _score_point(point: Point, exercise: str, results: Sequence[CheckResult]) -> PointScore:
    shares: dict[str | None, float] = {part: weight / point.max for part, weight in point.parts.items()}
    shares = shares or {None: 1.0}
    part_results = [_result_of(point, part, results) for part in shares]
    weights = list(shares.values())
    share = sum(weight * result.verdict.share for weight, result in zip(weights, part_results, strict=True))
    pending = sum(
        weight for weight, result in zip(weights, part_results, strict=True) if result.verdict.outcome is Outcome.REVIEW
    )
    outcome = _outcome([result.verdict for result in part_results], share)
    lost = [result for result in part_results if result.verdict.outcome is not Outcome.PASSED]
    return PointScore(
        id=point.id,
        exercise=exercise,
        title=point.title,
        score=round(share * point.max, _DIGITS),
        max_score=point.max,
        pending=round(pending * point.max, _DIGITS),
        outcome=outcome,
        message=_joined([result.verdict.message for result in lost]),
        diagnosis=next((result.verdict.diagnosis for result in lost if result.verdict.diagnosis), None),
        notes=tuple(dict.fromkeys(note for result in part_results for note in result.verdict.notes)),
        evidence=_evidence(part_results),
        traceback=next((result.traceback for result in part_results if result.traceback), ()),
        output="".join(dict.fromkeys(result.output for result in part_results)),
        seconds=round(sum(result.seconds for result in part_results), 3),
        parts=tuple(_part(part, result.verdict) for part, result in zip(shares, part_results, strict=True)),
    )


def _evidence(results: Sequence[CheckResult]) -> dict[str, object]:
    """What the parts show, in one. Of lost parts only the first that shows something, as of their tracebacks: an input
    of one beside the answer to another would show nothing."""
    lost = next(
        (result for result in results if result.verdict.outcome is not Outcome.PASSED and result.verdict.evidence), None
    )
    shown = [result for result in results if result.verdict.outcome is Outcome.PASSED] + ([lost] if lost else [])
    return {key: value for result in shown for key, value in result.verdict.evidence.items()}


def _part(part: str | None, verdict: Verdict) -> PartScore:
    return PartScore(
        part=part,
        outcome=verdict.outcome,
        share=verdict.share,
        message=verdict.message,
        diagnosis=verdict.diagnosis,
    )


def _joined(messages: list[str]) -> str:
    """The parts' sentences, each said once: one that another begins with is not said again."""
    distinct = list(dict.fromkeys(filter(None, messages)))
    return " ".join(
        sentence
        for sentence in distinct
        if not any(other != sentence and other.startswith(sentence) for other in distinct)
    )


def _result_of(point: Point, part: str | None, results: Sequence[CheckResult]) -> CheckResult:
    matching = [result for result in results if (result.point, result.part) == (point.id, part)]
    if len(matching) == 1:
        return matching[0]
    decided = f"{point.id} ({part})" if part else point.id
    several = f"{len(matching)} checks gave a verdict on {decided}, which takes one"
    return CheckResult(point.id, part, Verdict.grader_error(several if matching else "no check gave a verdict"))


def _outcome(verdicts: list[Verdict], share: float) -> Outcome:
    """One outcome for a point: what its only check said, or for several parts what they come to together."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if len(outcomes) == 1:
        return outcomes.pop()
    urgent = next((outcome for outcome in _WORST[:2] if outcome in outcomes), None)
    if urgent is not None:
        return urgent
    if share > 0:
        return Outcome.PARTIAL
    return next(outcome for outcome in _WORST if outcome in outcomes)


def _sum(values: Iterable[float]) -> float:
    return round(sum(values), _DIGITS)
