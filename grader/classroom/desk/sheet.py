"""Collect everything that a person needs to mark one point of a hand-in, for one page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from grader.classroom.desk.class_state import HandIn, machine_outcome
from grader.classroom.desk.highlight import CodeFile, code_files
from grader.classroom.desk.mathml import to_mathml
from grader.classroom.desk.safe_markdown import to_html
from grader.classroom.results import store
from grader.counting import number
from grader.report.html.student_page import ExerciseSection, exercise_sections
from grader.rubric import Rubric
from grader.schema import PointScore, Report, ReviewEntry

TEXT = "text"  # the key of evidence that is a student's own prose, in Markdown
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Key:
    """A key that gives a mark: what is pressed, what it gives, and how that is written on its button."""

    press: str
    score: float
    label: str


@dataclass(frozen=True, slots=True)
class Formula:
    name: str
    text: str
    math: Markup


@dataclass(frozen=True, slots=True)
class Sheet:
    """`point` is as the machine judged it. `history` are its marks, the oldest first; empty for a second reader."""

    point: PointScore
    exercise_title: str
    task: str
    prose: Markup | None
    formulas: tuple[Formula, ...]
    section: ExerciseSection
    verdicts: tuple[PointScore, ...]
    files: tuple[CodeFile, ...]
    history: tuple[ReviewEntry, ...]
    current: ReviewEntry | None
    notes: tuple[str, ...]
    late: str
    keys: tuple[Key, ...]


def sheet(results: Path, hand_in: HandIn, report: Report, point: str, rubric: Rubric, *, hide_marks: bool) -> Sheet:
    """Raises UsageError where the report has no such point."""
    point_score = report.point(point)
    history = tuple(
        review
        for review in report.reviews
        if review.point == point and review.sha256 == report.submission.sha256 and not hide_marks
    )
    exercise_points = [other for other in report.points if other.exercise == point_score.exercise]
    bare = report.model_copy(
        update={
            "points": tuple(_unmarked(other, drop=TEXT if other.id == point else None) for other in exercise_points),
            "reviews": tuple(review for review in report.reviews if review.point != point),
            "exercises": tuple(exercise for exercise in report.exercises if exercise.id == point_score.exercise),
        }
    )
    section = exercise_sections(bare)[0]
    prose = point_score.evidence.get(TEXT)
    return Sheet(
        point=_unmarked(point_score, drop=TEXT),
        exercise_title=section.score.title,
        task=point_score.title,
        prose=to_html(prose) if isinstance(prose, str) else None,
        formulas=_formulas(point_score.evidence),
        section=_first(section, point),
        verdicts=bare.points,
        files=code_files(
            store.read_files(results / hand_in.folder / store.SUBMISSION),
            _files_of(rubric, point_score.exercise),
            exercise_points,
        ),
        history=history,
        current=history[-1] if history and history[-1].score is not None else None,
        notes=report.submission.notes,
        late=report.late.message if report.late and report.late.days else "",
        keys=keys(point_score.max_score),
    )


def keys(max_score: float) -> tuple[Key, ...]:
    """0 nothing, h half, 1 everything; further digits are points where a point is worth several, tenths where not."""
    half = Key("h", max_score / 2, f"½ · {number(max_score / 2)}")
    if max_score > 1 and float(max_score).is_integer() and max_score < TENTHS:
        return (half, *(Key(str(points), float(points), str(points)) for points in range(int(max_score) + 1)))
    tenths = (
        Key(str(digit), round(max_score * digit / TENTHS, 6), number(max_score * digit / TENTHS))
        for digit in range(2, 10)
    )
    return (Key("0", 0.0, "0"), half, Key("1", max_score, number(max_score)), *tenths)


def _unmarked(point: PointScore, drop: str | None) -> PointScore:
    """The point as the machine left it, so that no mark is seen where none is to be."""
    outcome = machine_outcome(point)
    message = " ".join(dict.fromkeys(part.message for part in point.parts if part.message)) or point.message
    evidence = {key: value for key, value in point.evidence.items() if key != drop}
    return point.model_copy(update={"outcome": outcome, "message": message, "evidence": evidence})


def _first(section: ExerciseSection, point: str) -> ExerciseSection:
    """The section with the point itself before its neighbours."""
    return replace(
        section, points=tuple(sorted(section.points, key=lambda point_section: point_section.score.id != point))
    )


def _formulas(evidence: Mapping[str, Any]) -> tuple[Formula, ...]:
    """Of what the verdict rests on, the texts that are expressions."""
    return tuple(
        Formula(name.replace("_", " "), text, math)
        for name, value in evidence.items()
        for text in (value if isinstance(value, list) else [value])
        if name != TEXT and isinstance(text, str) and (math := to_mathml(text)) is not None
    )


def _files_of(rubric: Rubric, exercise: str) -> list[str]:
    return [exercise_of_rubric.file for exercise_of_rubric in rubric.exercise if exercise_of_rubric.id == exercise]
