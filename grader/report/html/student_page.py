"""The page of one student: what was earned, what was lost and why, and what each verdict rests on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.model import Outcome
from grader.report import evidence
from grader.report.evidence import Arrays, Block, Curves, Fact, Quotation, Table
from grader.report.folding import beyond, fold
from grader.report.html import pictures
from grader.report.html.pictures import HeatMap, Panel
from grader.report.html.templating import render
from grader.report.sentences import sentence_of, without_example
from grader.schema import ExerciseScore, PointScore, Report, ReviewEntry

MIN_TOGETHER = 2  # curves of so many points of an exercise go into one picture, to be compared


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves side by side, and the numbers that they are drawn from."""

    name: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class _Point:
    score: PointScore
    reviews: tuple[ReviewEntry, ...]
    arrays: Arrays | None
    where: tuple[HeatMap, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    facts: tuple[Fact, ...]
    quotations: tuple[Quotation, ...]
    message: str = ""
    notes: tuple[str, ...] = ()
    same_as: str | None = None  # the point that has already told the same cause; `message`, `notes`: what it has not


@dataclass(frozen=True, slots=True)
class ExerciseSection:
    """One exercise as a page draws it."""

    score: ExerciseScore
    points: tuple[_Point, ...]
    charts: tuple[Chart, ...]


def student_page(report: Report, names: str = "") -> str:
    """A self-contained HTML file; the same report gives the same text. Loads nothing and runs nothing.

    `names` are whose it is by a roster's or an LMS's word, which goes before that of the hand-in's own student.toml.
    """
    data = {"report": report, "names": names, "exercises": exercise_sections(report)}
    return render("student.jinja", script=False, data=data)


def exercise_sections(report: Report) -> list[ExerciseSection]:
    """What a page draws of each exercise; curves of several of its points are in one picture."""
    return [
        _exercise(exercise, [point for point in report.points if point.exercise == exercise.id], report.reviews)
        for exercise in report.exercises
    ]


def _exercise(exercise: ExerciseScore, points: list[PointScore], reviews: Sequence[ReviewEntry]) -> ExerciseSection:
    blocks = {point.id: evidence.read(point.evidence) for point in points}
    shared: defaultdict[str, dict[str, Curves]] = defaultdict(dict)
    for point in points:
        for block in blocks[point.id]:
            if isinstance(block, Curves):
                shared[block.name][point.title] = block
    together = {name: curves for name, curves in shared.items() if len(curves) >= MIN_TOGETHER}
    charts = [Chart(name, _panels(curves)) for name, curves in together.items()]
    repeats = {point.id: cause.first for cause in fold(points) for point in cause.points if point is not cause.first}
    drawn = []
    for point in points:
        own_reviews = [review for review in reviews if review.point == point.id]
        drawing = _point(point, own_reviews, blocks[point.id], set(together))
        drawn.append(_repeated(drawing, repeats[point.id]) if point.id in repeats else drawing)
    return ExerciseSection(exercise, tuple(drawn), tuple(charts))


def _repeated(drawing: _Point, first: PointScore) -> _Point:
    """A point that was lost as the first of them, as far as that one does not say it."""
    first_message = without_example(first.message, first)
    notes = tuple(note for note in drawing.notes if note not in first.notes)
    return replace(drawing, same_as=first.id, message=beyond(drawing.message, first_message), notes=notes)


def _point(point: PointScore, reviews: Sequence[ReviewEntry], blocks: list[Block], together: set[str]) -> _Point:
    arrays = next((block for block in blocks if isinstance(block, Arrays)), None)
    curves = [block for block in blocks if isinstance(block, Curves) and block.name not in together]
    return _Point(
        point,
        tuple(reviews),
        arrays,
        tuple(pictures.heat_map(grid) for grid in arrays.where) if arrays else (),
        tuple(Chart(block.name, _panels({point.title: block})) for block in curves),
        tuple(block for block in blocks if isinstance(block, Table)),
        tuple(block for block in blocks if isinstance(block, Fact)),
        tuple(block for block in blocks if isinstance(block, Quotation)),
        "" if point.outcome is Outcome.PASSED else sentence_of(point, arrays is not None),
        point.notes,
    )


def _panels(curves: dict[str, Curves]) -> tuple[Panel, ...]:
    return tuple(pictures.panels({name: block.series for name, block in curves.items()}))
