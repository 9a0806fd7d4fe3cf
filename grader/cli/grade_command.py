"""The commands about one submission, and the rubric: `grade` and `points`."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from grader.assignment_folder import Assignment
from grader.cli.commands import app
from grader.cli.console import err, fail, out
from grader.cli.options import loaded_assignment, settings_of, with_options
from grader.cli.sandbox_setup import prepare
from grader.counting import number
from grader.errors import UsageError
from grader.model import CheckResult, ExitCode
from grader.pipeline import grade as grade_submission
from grader.report.markdown import summary
from grader.report.results_json import check_writable, to_json, write_atomically
from grader.report.terminal import print_report
from grader.rubric import PERSON
from grader.settings import RunSettings


def _picture(path: Path | None) -> Path | None:
    if path is not None and path.suffix != ".svg":
        raise UsageError(f"--curves {path}: the curves are drawn as SVG; choose a name that ends in .svg.")
    return path


@app.command()
@with_options(settings=settings_of, assignment=loaded_assignment)
def grade(
    path: Annotated[Path, typer.Argument(help="A submission: a folder or an archive.")],
    settings: RunSettings,
    assignment: Assignment,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report as JSON to this file.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as an HTML page to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the report as Markdown to this file, for CI.")] = None,
    curves: Annotated[
        Path | None, typer.Option(callback=_picture, help="Draw the training curves into this .svg file.")
    ] = None,
) -> None:
    """Grade one submission and print its points."""
    for file in filter(None, (output, html, markdown, curves)):
        check_writable(file)
    settings = replace(settings, sandbox=prepare(settings.sandbox))
    with _progress(assignment, len(settings.selected(assignment.rubric))) as on_result:
        report = grade_submission(path, assignment, settings, on_result=on_result)
    if output is not None:
        write_atomically(output, to_json(report))
    if html is not None:
        from grader.report.html.student_page import student_page  # jinja2 is worth its start-up where a page is wanted

        write_atomically(html, student_page(report))
    if markdown is not None:
        write_atomically(markdown, summary(report))
    if curves is not None:
        from grader.report.curves import draw, of_report

        write_atomically(curves, draw(of_report(report)))
    print_report(report, out)
    if report.has_grader_error:
        fail(
            "Some points could not be judged, and that is the grader's fault; their messages above say why.",
            ExitCode.GRADER_ERROR,
        )


@app.command()
@with_options(assignment=loaded_assignment)
def points(assignment: Assignment) -> None:
    """Print the rubric: every point and what it is worth."""
    table = Table(
        title=f"{assignment.rubric.title}  ·  due {assignment.rubric.late.deadline:%Y-%m-%d %H:%M %Z}",
        title_justify="left",
    )
    for column in ("point", "task", "max", "judged"):
        table.add_column(column, justify="right" if column == "max" else "left")
    for exercise in assignment.rubric.exercise:
        table.add_section()
        table.add_row(
            f"[b]{exercise.id}[/b]",
            f"[b]{exercise.title}[/b]",
            f"[b]{number(sum(point.max for point in exercise.point))}[/b]",
            "",
        )
        for point in exercise.point:
            table.add_row(
                point.id, point.title, number(point.max), "by a person" if point.kind == PERSON else point.kind
            )
    table.add_section()
    table.add_row("", "[b]total[/b]", f"[b]{number(assignment.rubric.max_score)}[/b]", "")
    out.print(table)


def _progress(assignment: Assignment, selected: int) -> AbstractContextManager[Callable[[CheckResult], None]]:
    """Show which point was just judged, on a terminal; elsewhere nothing, so that logs stay readable."""
    if not err.is_terminal:
        return nullcontext(lambda result: None)
    return _Bar(assignment, selected)


class _Bar(AbstractContextManager[Callable[[CheckResult], None]]):
    def __init__(self, assignment: Assignment, selected: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._titles = {point.id: point.title for point in assignment.rubric.points}
        self._judged_points: set[str] = set()
        self._progress = Progress(*columns, console=err, transient=True)
        self._task = self._progress.add_task("grading", total=selected)

    def __enter__(self) -> Callable[[CheckResult], None]:
        self._progress.start()
        return self._show

    def __exit__(self, *ended: object) -> None:
        self._progress.stop()

    def _show(self, result: CheckResult) -> None:
        self._judged_points.add(result.point)
        self._progress.update(
            self._task, completed=len(self._judged_points), description=f"{result.point} {self._titles[result.point]}"
        )
