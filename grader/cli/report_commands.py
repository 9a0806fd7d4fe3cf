"""The commands about reports that are there already: `rescore`, `reproduce` and `review`."""

import getpass
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from grader import BUILT_IN
from grader.classroom.marks.reproduce import Difference, as_stored, stored_submission
from grader.classroom.marks.reproduce import reproduce as reproduce_report
from grader.classroom.marks.rescore import Move
from grader.classroom.marks.rescore_class import preview, rescore_class
from grader.classroom.marks.review import assignment_for
from grader.classroom.marks.review import review as review_report
from grader.classroom.results.store import read_report
from grader.cli.app import app, fail, out
from grader.cli.options import (
    AssignmentOption,
    DataOption,
    DeviceOption,
    PointOption,
    RubricOption,
    sandbox_of,
    with_options,
)
from grader.model import ExitCode
from grader.report.plain_text import number, one_line
from grader.report.terminal import print_table
from grader.rubric import load_assignment
from grader.sandbox.choose import SandboxSettings
from grader.version import VERSION

ReportArgument = Annotated[Path, typer.Argument(help="A results.json.")]


@app.command()
def rescore(
    results: Annotated[Path, typer.Argument(help="The folder that `grader class` wrote.")],
    rubric: Annotated[Path, typer.Option("--rubric", help="The new rubric.toml.")],
    diff: Annotated[bool, typer.Option("--diff", help="Only show who would move, and why; change nothing.")] = False,
    assignment: AssignmentOption = BUILT_IN,
) -> None:
    """Score a class's reports again under another rubric. Nothing is run; reviews and lateness are kept."""
    course = load_assignment(assignment, rubric)
    _print_moves(preview(results, course) if diff else rescore_class(results, course, rubric), diff)


def _print_moves(moves: Sequence[Move], diff: bool) -> None:
    for move in moves:
        scores = f"{number(move.before)} → {number(move.after)}"
        out.print(Text(f"{one_line(move.id, 80)}  {scores}", style="bold"), soft_wrap=True)
        for reason in move.reasons:
            out.print(Text(f"    {one_line(reason, 300)}"), soft_wrap=True)
    moved = sum(move.before != move.after for move in moves)
    verb = "would move" if diff else "moved"
    out.print(f"{moved} scores {verb}.{' Nothing was written.' if diff else ''}", highlight=False)


@app.command()
@with_options(sandbox=sandbox_of)
def reproduce(
    report: ReportArgument,
    sandbox: SandboxSettings,
    point: PointOption = None,
    submission: Annotated[
        Path | None, typer.Option(help="What was graded, where no copy lies beside the report.")
    ] = None,
    device: DeviceOption = None,
    data: DataOption = None,
    assignment: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Run exactly what a report is of once more, with its seed, and say whether it agrees."""
    stored = read_report(report)
    course = as_stored(report, stored, assignment_for(report, assignment, rubric), device, data)
    graded = stored_submission(report, stored, submission, course)
    sandbox = replace(sandbox, kind=sandbox.kind or stored.environment.sandbox)
    differences = reproduce_report(stored, graded, course, sandbox, point or [])
    then, now = stored.environment.grader, VERSION
    version = f"grader {now}" if then == now else f"grader {now}, the report is by {then}"
    _print_differences(
        differences, len(point or stored.points), f"seed {stored.seed}, sandbox {sandbox.kind}, {version}"
    )


def _print_differences(differences: Sequence[Difference], count: int, how: str) -> None:
    for difference in differences:
        out.print(Text(f"{difference.point}: then {difference.then}; now {difference.now}"), soft_wrap=True)
    if differences:
        fail(f"{len(differences)} of {count} points differ ({how}).", ExitCode.GRADER_ERROR)
    out.print(f"All {count} points reproduced ({how}).", highlight=False)


@app.command()
def review(
    report: ReportArgument,
    point: Annotated[str, typer.Option(help="The point to mark.")],
    score: Annotated[float, typer.Option(help="What it earns.")],
    comment: Annotated[str, typer.Option(help="What the student reads.")] = "",
    by: Annotated[str | None, typer.Option(help="Who gives it.", show_default="your login")] = None,
    assignment: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Give a person's mark for a point. The history is kept; the latest counts."""
    course = assignment_for(report, assignment, rubric)
    marked = review_report(
        report,
        course,
        point=point,
        score=score,
        comment=comment,
        by=by or getpass.getuser(),
        when=datetime.now(UTC),
    )
    print_table(marked, out)
