"""A report for the eyes of a person at a terminal: the table of points, then a paragraph for each cause."""

from functools import partial

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.counting import number
from grader.model import Outcome
from grader.report.paragraphs import paragraphs
from grader.report.plain_text import clean
from grader.report.spelling import spelled
from grader.schema import PointScore, Report

_STYLES = {
    Outcome.PASSED: "green",
    Outcome.PARTIAL: "yellow",
    Outcome.REVIEW: "cyan",
    Outcome.MISSING: "dim",
    Outcome.GRADER_ERROR: "bold white on red",
}


def table(report: Report, encoding: str) -> Table:
    """Points by exercise, and their sum; for a console of that encoding."""
    title = f"{report.title or report.assignment}: {clean(report.submission.id, 80)}"
    grid = Table(title=Text(title), title_justify="left", title_style="bold")
    for column in ("point", "task", "score", "outcome"):
        grid.add_column(column, justify="right" if column == "score" else "left")
    say = partial(spelled, encoding=encoding)
    for exercise in report.exercises:
        points = [point for point in report.points if point.exercise == exercise.id]
        untouched = len(points) > 1 and all(point.outcome is Outcome.MISSING for point in points)
        remark = Text("not begun" if untouched else "", style="dim")
        grid.add_section()
        score = _ratio(exercise.score, exercise.max_score)
        grid.add_row(exercise.id, say(exercise.title), score, remark, style="bold")
        for point in [] if untouched else points:
            grid.add_row(point.id, say(point.title), _ratio(point.score, point.max_score), outcome(point))
    grid.add_section()
    pending = f"{number(report.pending)} pending" if report.pending else ""
    grid.add_row("", "total", _ratio(report.score, report.max_score), pending, style="bold")
    return grid


def print_report(report: Report, console: Console) -> None:
    """The table, a paragraph for each cause of lost points, and how it was judged."""
    console.print(table(report, console.encoding), *paragraphs(report.points, console.width), sep="\n", soft_wrap=True)
    console.print(_footer(report))


def _ratio(score: float, maximum: float) -> str:
    return f"{number(score)} / {number(maximum)}"


def outcome(point: PointScore) -> Text:
    """The point's outcome in a word, in its colour."""
    return Text(point.outcome.value.replace("_", " "), style=_STYLES.get(point.outcome, "red"))


def _footer(report: Report) -> Text:
    where = report.environment
    author = f"\nby {clean(str(report.submission.author), 300)}" if report.submission.author else ""
    notes = "".join(f"\n{clean(note, 300)}" for note in report.submission.notes)
    how = f"seed {report.seed} · sandbox {where.sandbox} · device {where.device} · grader {where.grader}"
    return Text(
        f"\n{how}{author}{notes}",
        style="dim",
    )
