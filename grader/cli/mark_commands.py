"""The commands with which a person marks: `review`, and `export`, which brings the tables of a class up to date."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from grader import BUILT_IN
from grader.assignment_folder import Assignment
from grader.classroom.marks.late import POINT as LATE
from grader.classroom.marks.review import assignment_for, class_assignment, class_of, report_at
from grader.classroom.marks.review import review as review_report
from grader.classroom.results import store
from grader.cli.commands import app
from grader.cli.console import fail_if_damaged, out
from grader.cli.login import login
from grader.cli.options import GradedAssignmentOption, RubricOption
from grader.counting import counted, number
from grader.errors import UsageError
from grader.schema import Report


@app.command()
def review(
    report: Annotated[
        Path, typer.Argument(help="A results.json or the folder that it is in; with --from, the folder of the class.")
    ],
    point: Annotated[str | None, typer.Option(help="The point to mark.")] = None,
    score: Annotated[float | None, typer.Option(help="What it earns.")] = None,
    comment: Annotated[str, typer.Option(help="What the student reads.")] = "",
    table: Annotated[
        Path | None,
        typer.Option("--from", help="A CSV of marks: id, point, score, comment, or a column for each point."),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who gives it.", show_default="your login")] = None,
    assignment: GradedAssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Record a person's mark for a point, or a table of marks. The history is kept; the latest counts."""
    who, when = by or login(), datetime.now(UTC)
    if table is not None:
        if point is not None or score is not None or comment:
            raise UsageError("--from has the points, scores and comments in its table; leave the other options out.")
        _review_table(report, class_assignment(report, assignment, rubric), table, who, when)
        return
    if point is None or score is None:
        raise UsageError("a mark needs --point and --score, or a table of marks with --from.")
    path = report_at(report)
    if (results := class_of(path)) is not None:
        store.refuse_half_moved(results)
    course = assignment_for(path, assignment, rubric)
    marked = review_report(path, course, point=point, score=score, comment=comment, by=who, when=when)
    _tell(marked, point, results)


def _review_table(results: Path, course: Assignment, table: Path, by: str, when: datetime) -> None:
    from grader.classroom.marks.marks_table import review_table  # a single mark needs no tables

    count, index, left_out = review_table(results, course, table, by=by, when=when)
    out.print(f"{counted(count, 'mark')} recorded; the tables are up to date.", highlight=False)
    for sentence in left_out:
        out.print(Text(sentence), soft_wrap=True)
    fail_if_damaged(index.issues)


def _tell(report: Report, name: str, results: Path | None) -> None:
    pending = f", {number(report.pending)} pending" if report.pending else ""
    total = f"total {number(report.score)} of {number(report.max_score)}{pending}."
    out.print(Text(f"{report.submission.id}: {_now(report, name)}, {total}"), soft_wrap=True)
    if results is not None:
        out.print(
            Text(f"When you are done, `grader export {results}` brings grades.csv and the other tables up to date.")
        )


def _now(report: Report, name: str) -> str:
    if name == LATE:
        return f"{counted(report.late.days if report.late else 0, 'day')} late"
    point = report.point(name)
    return f"{name} is {number(point.score)} of {number(point.max_score)}"


@app.command()
def export(results: Annotated[Path, typer.Argument(help="The folder that `grader class` wrote.")]) -> None:
    """Bring the tables and pages of a class up to date after marking."""
    from grader.classroom.results.export import export as write_tables

    store.read_index(results)  # before a lock is put into a folder that is no class
    with store.lock(results, wait=store.WAIT_SECONDS):
        index = write_tables(results, store.read_index(results))
    out.print(Text(f"The tables and pages in {results} are up to date."), soft_wrap=True)
    fail_if_damaged(index.issues)
