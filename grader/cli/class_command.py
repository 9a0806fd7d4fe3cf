"""The command about a whole class: `class`."""

import gc
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from grader import BUILT_IN
from grader.classroom.results.journal import NAME as JOURNAL
from grader.cli.commands import app
from grader.cli.options import (
    ClassGpusOption,
    ClassImageOption,
    ClassSeedOption,
    GradedAssignmentOption,
    RubricOption,
    ScaleOption,
    SheetOption,
    settings_of,
    with_options,
)
from grader.cli.sandbox_setup import prepare
from grader.sandbox.choose import LauncherAhead
from grader.settings import RunSettings

RosterOption = Annotated[Path | None, typer.Option(help="CSV with id, name, email: who is in the class.")]
SubmittedOption = Annotated[Path | None, typer.Option(help="CSV with id, time: who handed in when.")]
ExtensionsOption = Annotated[Path | None, typer.Option(help="CSV with id, and due or days: who has more time.")]
ColumnOption = Annotated[
    str | None,
    typer.Option("--assignment-column", metavar="COLUMN", help="The column of --sheet, if it has several assignments."),
]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ID:FILE=NAME", help="Read a file as an answer: 'ada:my 2.py=exercise2.py' (repeatable)."),
]
MatchOption = Annotated[
    list[str] | None, typer.Option(metavar="FOLDER=ID", help="Say whose unmatched hand-in this is (repeatable).")
]
AgainstOption = Annotated[
    list[Path] | None,
    typer.Option(metavar="FOLDER", help="Compare with an earlier year's hand-ins for similarity (repeatable)."),
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Use the options given now even if existing marks change.")
]
JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, help="How many submissions are graded at a time.", show_default="cores"),
]
ClusterOption = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Address of a Dask scheduler, instead of --jobs.")
]


@app.command("class")
@with_options(settings=settings_of)
def class_(
    submissions: Annotated[
        Path, typer.Argument(help="The class: a folder, an archive, an LMS's download, or a .txt that lists folders.")
    ],
    settings: RunSettings,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Output folder.")],
    roster: RosterOption = None,
    submitted: SubmittedOption = None,
    extensions: ExtensionsOption = None,
    sheet: SheetOption = None,
    assignment_column: ColumnOption = None,
    scale: ScaleOption = False,
    accept: AcceptOption = None,
    match: MatchOption = None,
    against: AgainstOption = None,
    replace_inputs: ReplaceOption = False,
    jobs: JobsOption = None,
    cluster: ClusterOption = None,
    force: Annotated[bool, typer.Option("--force", help="Regrade finished submissions.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="STUDENT", help="Only this id, name, e-mail or number of the LMS (repeatable)."),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Retry submissions that hit a grader error.")] = False,
    assignment: GradedAssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
    seed: ClassSeedOption = None,
    image: ClassImageOption = None,
    gpus: ClassGpusOption = None,
) -> None:
    """Grade a class. Run it again and it goes on where it stopped, with all that was given for it before."""
    gc.disable()  # what is imported until the class begins stays: looking for garbage in it takes its time
    sandbox = settings.sandbox if cluster else prepare(settings.sandbox)
    is_first_run = cluster is None and not (output / JOURNAL).exists()  # one that goes on may have nothing to grade
    with LauncherAhead(sandbox) if is_first_run else nullcontext() as ahead:
        # Imported while the process that workers come from imports what these need.
        from grader.classroom.grade_class import Request
        from grader.classroom.results.class_inputs import ClassInputs, InputFile, given_settings
        from grader.classroom.run.choice import Choice
        from grader.cli.class_grading import grade_and_tell

        tables = {"roster": roster, "submitted": submitted, "extensions": extensions, "sheet": sheet, "rubric": rubric}
        inputs = ClassInputs(
            **{name: InputFile.at(path) for name, path in tables.items() if path},  # type: ignore[arg-type]
            assignment=None if assignment == BUILT_IN else str(assignment.resolve()),
            seed=seed,
            points=(*settings.exercises, *settings.points) or None,
            settings=given_settings(settings.overrides),
            image=image,
            gpus=gpus,
            assignment_column=assignment_column,
            scale=scale or None,
            accept=tuple(accept or ()) or None,
            match=tuple(match or ()) or None,
        )
        choice = Choice(force, failed, frozenset(only or []))
        request = Request(submissions, output, inputs, sandbox, choice, replace_inputs, tuple(against or ()))
        grade_and_tell(request, assignment, jobs, cluster, ahead)
