"""The commands around a student's own work: `explain`, `watch`, `try` and `check`."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from grader import BUILT_IN
from grader.assignment_folder import Assignment, load_assignment
from grader.cli.commands import app
from grader.cli.console import out
from grader.cli.options import (
    AssignmentOption,
    ExerciseOption,
    PointOption,
    RubricOption,
    loaded_assignment,
    with_options,
)
from grader.counting import counted
from grader.model import ExitCode
from grader.report.paragraphs import paragraphs, wrapped
from grader.report.plain_text import clean
from grader.report.student_summary import PRACTICE_SEED, advice, remarks
from grader.settings import RunSettings
from grader.student.explain import checked
from grader.student.explain import explain as explain_point

FolderArgument = Annotated[Path, typer.Argument(help="Your folder.")]


@app.command()
def explain(
    point: Annotated[str, typer.Argument(help="A point of the rubric, such as 3.4.")],
    hint: Annotated[int, typer.Option(min=0, help="Show the hints up to this one; each says more.")] = 0,
    folder: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Say what a point asks and how it is judged. Hints come in steps; none is the solution."""
    assignment = load_assignment(folder, rubric)
    explained = explain_point(assignment, point)
    hints = explained.hints
    worth = counted(explained.point.max, "point")
    out.print(Text(f"{explained.point.id} {explained.point.title}  ·  {worth}", style="bold"))
    out.print(Text(f"\n{explained.asks}"))
    if explained.functions:
        out.print(Text(f"You write: {', '.join(explained.functions)}"))
    out.print(Text("\nHow it is judged", style="bold"), *map(Text, explained.judged), sep="\n")
    if sentences := checked(assignment, point):
        out.print(Text("\nWhat is checked", style="bold"), *map(Text, sentences), sep="\n")
    for step, text in enumerate(hints[:hint], 1):
        out.print(Text(f"\nHint {step} of {len(hints)}  ", style="bold").append(text, style="not bold"))
    if hint < len(hints):
        count = f"There {'is' if len(hints) == 1 else 'are'} {counted(len(hints), 'hint')}; " if hint == 0 else ""
        out.print(Text(f"\n{count}`grader explain {point} --hint {hint + 1}` shows hint {hint + 1} of {len(hints)}."))


@app.command()
@with_options(assignment=loaded_assignment)
def watch(
    assignment: Assignment,
    folder: FolderArgument = Path(),
    exercise: ExerciseOption = None,
    point: PointOption = None,
) -> None:
    """Judge your work again each time you save a file. Ctrl-C ends it."""
    from grader.cli.watch_display import WatchDisplay
    from grader.student.watch import Round, Watch  # watchfiles is worth its start-up here alone

    settings = RunSettings(exercises=tuple(exercise or ()), points=tuple(point or ()))
    display = WatchDisplay()
    watching = Watch(folder, assignment, settings, display.announce, display.tell)
    with watching as watched, contextlib.suppress(KeyboardInterrupt):
        for judged in watched.rounds():
            if isinstance(judged, Round):
                display.show(judged, watched.unmet)
            else:
                display.complain(str(judged))


@app.command("try")
@with_options(assignment=loaded_assignment)
def try_point(
    assignment: Assignment,
    point: Annotated[str, typer.Argument(help="A point that you lost, such as 2.4.")],
    folder: FolderArgument = Path(),
    seed: Annotated[int, typer.Option(min=0, help="The seed of the run to look into.")] = PRACTICE_SEED,
    pdb: Annotated[bool, typer.Option("--pdb", help="Step through the call with Python's debugger.")] = False,
) -> None:
    """Call your function on the input that it fails for, in your own Python: prints and breakpoint() work."""
    from grader.student.trial import find_trial, run_trial

    report, trial = find_trial(assignment, folder, point, seed)
    if trial is not None:
        raise SystemExit(ExitCode.GRADED if run_trial(trial, folder.resolve(), out, pdb) else ExitCode.OUT_OF_ORDER)
    if report.score == report.max_score:
        out.print(Text(f"{point} is right: there is no failing input to try."))
        return
    none = f"There is no input to try for {point}: the message above has none that could be typed."
    last = Text(f"\n{none}\n{advice(report, out.width)}")
    out.print(*paragraphs(report.points, out.width), *remarks(report, out.width), last, sep="\n", soft_wrap=True)


@app.command()
@with_options(assignment=loaded_assignment)
def check(
    assignment: Assignment,
    folder: FolderArgument = Path(),
    archive: Annotated[
        Path | None, typer.Option("--zip", metavar="FILE.zip", help="Write the files to hand in to this zip.")
    ] = None,
) -> None:
    """Check whether a folder is ready to hand in: nothing missing, nothing unfinished, nothing forbidden."""
    from grader.student.readiness import examine, pack

    readiness = examine(assignment, folder, archive)
    for item in readiness.items:
        sign, style = ("✓ ", "green") if item.ready else ("✗ ", "red")
        text = wrapped(sign + clean(item.sentence), out.width, len(sign))
        out.print(Text(sign, style=style).append(text.removeprefix(sign), style="default"), soft_wrap=True)
    out.print(Text(f"\n{readiness.conclusion}", style="bold"))
    if archive is not None:
        pack(readiness.submission, archive)
        out.print(Text(f"{archive} is what you hand in: {', '.join(sorted(readiness.submission.files))}."))
    if not readiness.ready:
        raise SystemExit(ExitCode.OUT_OF_ORDER)
