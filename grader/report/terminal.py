"""A report for the eyes of a person at a terminal: the table of points, then one sentence for each that was lost."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.model import Outcome
from grader.report.plain_text import clean, number
from grader.schema import PointScore, Report

__all__ = ["clean", "number", "print_report", "print_table", "sentences", "table"]

_STYLES = {
    Outcome.PASSED: "green",
    Outcome.PARTIAL: "yellow",
    Outcome.REVIEW: "cyan",
    Outcome.MISSING: "dim",
    Outcome.GRADER_ERROR: "bold white on red",
}


def table(report: Report) -> Table:
    """Points by exercise, and their sum."""
    title = f"{report.title or report.assignment}: {clean(report.submission.id, 80)}"
    grid = Table(title=Text(title), title_justify="left", title_style="bold")
    for column in ("point", "task", "score", "outcome"):
        grid.add_column(column, justify="right" if column == "score" else "left")
    for exercise in report.exercises:
        own = [point for point in report.points if point.exercise == exercise.id]
        untouched = len(own) > 1 and all(point.outcome is Outcome.MISSING for point in own)
        said = Text("not begun" if untouched else "", style="dim")
        grid.add_section()
        grid.add_row(exercise.id, exercise.title, _ratio(exercise.score, exercise.max_score), said, style="bold")
        for point in [] if untouched else own:
            grid.add_row(point.id, point.title, _ratio(point.score, point.max_score), _outcome(point))
    grid.add_section()
    pending = f"{number(report.pending)} pending" if report.pending else ""
    grid.add_row("", "total", _ratio(report.score, report.max_score), pending, style="bold")
    return grid


def sentences(report: Report) -> list[Text]:
    """One paragraph for each point that was lost or remarked upon."""
    found = []
    for point in report.points:
        lines = [point.message] if point.message and point.outcome is not Outcome.PASSED else []
        lines += [f"{line.file}:{line.line} in {line.function}: {line.code}" for line in point.traceback]
        lines += [f"note: {note}" for note in point.notes]
        if lines:
            text = Text(f"{point.id}  ", style="bold")
            found.append(text.append(clean("\n     ".join("\n".join(lines).splitlines())), style="not bold"))
    return found


def print_report(report: Report, console: Console) -> None:
    """The table, a paragraph for each point that was lost, and how it was judged."""
    console.print(table(report), *sentences(report), _footer(report), sep="\n")


def print_table(report: Report, console: Console) -> None:
    """The table alone, where the sentences have been said already."""
    console.print(table(report), _footer(report), sep="\n")


def _ratio(score: float, maximum: float) -> str:
    return f"{number(score)} / {number(maximum)}"


def _outcome(point: PointScore) -> Text:
    return Text(point.outcome.value.replace("_", " "), style=_STYLES.get(point.outcome, "red"))


def _footer(report: Report) -> Text:
    where = report.environment
    notes = "".join(f"\n{clean(note, 300)}" for note in report.submission.notes)
    return Text(
        f"seed {report.seed} · sandbox {where.sandbox} · device {where.device} · grader {where.grader}{notes}",
        style="dim",
    )
