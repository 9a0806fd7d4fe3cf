"""The commands about reports that are there already: `rescore` and `reproduce`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from grader import BUILT_IN
from grader.classroom.class_model import Issue
from grader.classroom.marks.reproduce import Difference, as_stored, stored_submission
from grader.classroom.marks.reproduce import reproduce as reproduce_report
from grader.classroom.marks.rescore import Move
from grader.classroom.marks.rescore_class import preview, rescore_class
from grader.classroom.marks.review import assignment_for, class_assignment, report_at
from grader.classroom.results.class_inputs import ClassInputs, InputFile
from grader.classroom.results.store import read_report
from grader.cli.commands import app
from grader.cli.console import fail, fail_if_damaged, out
from grader.cli.options import (
    GradedAssignmentOption,
    PointOption,
    RubricOption,
    SandboxKind,
    ScaleOption,
    SheetOption,
    overrides_of,
    sandbox_of,
    with_options,
)
from grader.cli.sandbox_setup import prepare
from grader.counting import counted, number
from grader.model import ExitCode
from grader.report.plain_text import one_line
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.version import VERSION

ReportArgument = Annotated[Path, typer.Argument(help="A results.json, or the folder that it is in.")]


@app.command()
def rescore(
    results: Annotated[Path, typer.Argument(help="The folder that `grader class` wrote.")],
    rubric: Annotated[Path, typer.Option("--rubric", help="The new rubric.toml.")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Only show whose score would change, and why; change nothing.")
    ] = False,
    sheet: SheetOption = None,
    scale: ScaleOption = False,
    folder: GradedAssignmentOption = BUILT_IN,
) -> None:
    """Score a class's reports again under another rubric. Nothing is run; reviews and lateness are kept."""
    assignment = class_assignment(results, folder, rubric)
    inputs = ClassInputs(rubric=InputFile.at(rubric), sheet=InputFile.at(sheet) if sheet else None, scale=scale or None)
    issues: list[Issue] = []
    if not diff:
        _print_moves(rescore_class(results, assignment, inputs, issues), diff)
    else:
        moves, obstacle = preview(results, assignment, inputs, issues)
        _print_moves(moves, diff)
        if obstacle:
            fail(f"grader: this cannot be written as yet: {obstacle}", ExitCode.USAGE)
    fail_if_damaged(issues)


def _print_moves(moves: Sequence[Move], diff: bool) -> None:
    movers = [move for move in moves if number(move.before) != number(move.after)]
    for move in movers:
        scores = f"{number(move.before)} → {number(move.after)}"
        out.print(Text(f"{one_line(move.id, 80)}  {scores}", style="bold"), soft_wrap=True)
        for reason in move.reasons:
            out.print(Text(f"    {one_line(reason, 300)}"), soft_wrap=True)
    others = [move for move in moves if move not in movers]
    if others:
        reasons = "; ".join(dict.fromkeys(reason for move in others for reason in move.reasons))
        change = "more changes" if len(others) == 1 else "more change"
        out.print(Text(f"{len(others)} {change} without another score: {one_line(reasons, 300)}"), soft_wrap=True)
    verb = "would move" if diff else "moved"
    out.print(f"{counted(len(movers), 'score')} {verb}.{' Nothing was written.' if diff else ''}", highlight=False)


@app.command()
@with_options(where=sandbox_of, overrides=overrides_of)
def reproduce(
    report: ReportArgument,
    where: SandboxSettings,
    overrides: dict[str, str | Path],
    point: PointOption = None,
    submission: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The graded submission, if there is no copy beside the report.")
    ] = None,
    folder: GradedAssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
    sandbox: Annotated[
        SandboxKind | None, typer.Option(help="Where the student's code runs.", show_default="as in the report")
    ] = None,
) -> None:
    """Grade the files of a report again with its seed, and say whether the result is the same."""
    report = report_at(report)
    stored = read_report(report)
    assignment = as_stored(report, stored, assignment_for(report, folder, rubric), overrides)
    graded = stored_submission(report, stored, submission, assignment)
    where = prepare(replace(where, kind=sandbox.value if sandbox else stored.environment.sandbox))
    differences = reproduce_report(stored, graded, assignment, where, point or [])
    then, now = stored.environment.grader, VERSION
    version = f"grader {now}" if then == now else f"grader {now}, the report is by {then}"
    _print_differences(differences, len(point or stored.points), f"seed {stored.seed}, sandbox {where.kind}, {version}")


def _print_differences(differences: Sequence[Difference], count: int, how: str) -> None:
    for difference in differences:
        out.print(Text(f"{difference.point}: then {difference.then}; now {difference.now}"), soft_wrap=True)
    if differences:
        fail(f"{len(differences)} of {count} points differ ({how}).", ExitCode.OUT_OF_ORDER)
    what = "1 point" if count == 1 else f"All {count} points"
    out.print(f"{what} reproduced ({how}).", highlight=False)
