"""The commands for who writes an assignment: `new`, `lint` and `mutants`."""

import json
import sys
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from grader import BUILT_IN
from grader.assignment_folder import load_assignment
from grader.authoring.lint import Remark
from grader.authoring.lint import lint as find_remarks
from grader.authoring.survivors import Examined, Fate, examine
from grader.cli.commands import app
from grader.cli.console import console, err, out
from grader.cli.options import assignment_folder, settings_of, with_options
from grader.cli.sandbox_setup import prepare
from grader.counting import counted
from grader.course.new_assignment import write_assignment
from grader.model import ExitCode
from grader.report.results_json import check_writable, write_atomically
from grader.settings import RunSettings

AssignmentArgument = Annotated[
    Path,
    typer.Argument(
        metavar="ASSIGNMENT",
        callback=assignment_folder,
        help="Folder of the assignment, or the name of an installed one.",
        show_default="built in",
    ),
]
FirstSeedOption = Annotated[
    int, typer.Option(min=0, max=2**31 - 1, help="The first of the seeds; the others follow it.")
]
EVERY = 25  # mutants between two lines of progress, where a terminal shows them
_STYLES = {Fate.BREAKS: "red", Fate.LET_LIVE: "red", Fate.LUCKY: "red", Fate.REVIEW: "yellow"}  # what an author reads
_BY_RIGHT = {Fate.ALSO_RIGHT: "dim", Fate.SAME: "dim"}  # and these on request: half of them exchange what may be


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="NAME", help="A new folder; its name is the assignment's.")],
) -> None:
    """Create a new assignment that already works, with one check of each kind."""
    for file in write_assignment(folder):
        out.print(Text(str(file)))
    out.print(
        Text(f"\n`grader lint {folder}` finds nothing to fix in it. Begin with {folder / 'rubric.toml'}."),
        soft_wrap=True,
    )


@app.command()
@with_options(settings=settings_of)
def lint(
    settings: RunSettings,
    folder: AssignmentArgument = BUILT_IN,
    seeds: Annotated[
        int, typer.Option(min=1, help="Number of seeds with which the reference must get full marks.")
    ] = 20,
    gallery_seeds: Annotated[
        int, typer.Option(min=1, help="Number of seeds with which each answer of the gallery is graded.")
    ] = 3,
    seed: FirstSeedOption = 0,
) -> None:
    """Say what is missing or inconsistent in an assignment: checks, texts, template, reference and gallery."""
    where = replace(settings, sandbox=prepare(settings.sandbox))
    stdout = console(sys.stdout)  # as it is now: pytest's own output, meanwhile, goes elsewhere
    assignment = load_assignment(folder)
    remarks: list[Remark] = []

    def tell(remark: Remark) -> None:
        remarks.append(remark)
        stdout.print(Text(str(remark)), soft_wrap=True)

    find_remarks(assignment, where, range(seed, seed + seeds), range(seed, seed + gallery_seeds), tell)
    if remarks:
        stdout.print(Text(f"{counted(len(remarks), 'thing')} to fix.", style="red"))
        raise SystemExit(ExitCode.OUT_OF_ORDER)
    stdout.print(Text(f"Nothing to fix in {assignment.rubric.title}.", style="green"), soft_wrap=True)


@app.command()
@with_options(settings=settings_of)
def mutants(
    settings: RunSettings,
    assignment: AssignmentArgument = BUILT_IN,
    count: Annotated[int, typer.Option(min=1, help="Mutants of each exercise.")] = 100,
    seeds: Annotated[int, typer.Option(min=1, help="Number of seeds that a mutant has to survive.")] = 3,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write everything that was examined to this file.")
    ] = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Also show the mutants that may survive: they answer as the original does.")
    ] = False,
    seed: FirstSeedOption = 0,
) -> None:
    """Change right answers, one node at a time, and say which checks give full marks to what is another answer."""
    if json_file is not None:
        check_writable(json_file)
    examined_mutants: list[Examined] = []
    styles = _STYLES | (_BY_RIGHT if show_all else {})
    stdout = console(sys.stdout)  # as it is now: pytest's own output, meanwhile, goes elsewhere

    def show(examined: Examined) -> None:
        examined_mutants.append(examined)
        if examined.fate in styles:
            stdout.print(Text(_sentence(examined), style=styles[examined.fate]), soft_wrap=True)
        if err.is_terminal and len(examined_mutants) % EVERY == 0:
            err.print(f"{len(examined_mutants)} mutants", style="dim")

    where = replace(settings, sandbox=prepare(settings.sandbox))
    examine(load_assignment(assignment), where, count, range(seed, seed + seeds), show)
    if json_file is not None:
        plain = [
            {**asdict(item), "mutant": {**asdict(item.mutant), "title": item.mutant.title}} for item in examined_mutants
        ]
        write_atomically(json_file, json.dumps(plain, indent=1))
    out.print(_by_check(examined_mutants))
    out.print(Text(_summary(examined_mutants)), soft_wrap=True)
    hidden = sum(item.fate in _BY_RIGHT.keys() - styles.keys() for item in examined_mutants)
    if hidden:
        verb, them = ("may survive is", "it") if hidden == 1 else ("may survive are", "them")
        out.print(Text(f"{counted(hidden, 'mutant')} that {verb} not shown; --all shows {them}."), soft_wrap=True)
    if any(item.is_finding for item in examined_mutants):
        raise SystemExit(ExitCode.OUT_OF_ORDER)


def _sentence(examined: Examined) -> str:
    who = f"{', '.join(examined.kept)}: " if examined.fate in (Fate.LET_LIVE, Fate.ALSO_RIGHT) else ""
    why = f"\n    {examined.reason}" if examined.fate in (Fate.BREAKS, Fate.REVIEW) else ""
    return f"{who}{examined.fate}: {examined.mutant.title}{why}"


def _by_check(examined_mutants: list[Examined]) -> Table:
    """For each check, how many mutants answered it differently from the right answer, and got full marks anyway."""
    differing = Counter(part for item in examined_mutants for part in item.heard)
    full_marks = Counter(part for item in examined_mutants for part in item.kept)
    alive = Counter(part for item in examined_mutants if item.fate is Fate.LET_LIVE for part in item.kept)
    table = Table(title="check by check")
    for column in ("check", "mutants that answer differently", "full marks", "full marks with every seed"):
        table.add_column(column, justify="left" if column == "check" else "right")
    for part in sorted(differing):
        table.add_row(part, str(differing[part]), str(full_marks[part]), str(alive[part]))
    return table


def _summary(examined_mutants: list[Examined]) -> str:
    fates = Counter(item.fate for item in examined_mutants)
    return (
        f"{len(examined_mutants)} mutants: " + ", ".join(f"{fates[fate]} {fate}" for fate in Fate if fates[fate]) + "."
    )
