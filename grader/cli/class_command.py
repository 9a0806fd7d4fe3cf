"""The command about a whole class: `class`."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from grader import BUILT_IN
from grader.assignment_folder import Assignment
from grader.classroom.class_model import IssueKind, JobSettings
from grader.classroom.grade_class import Request, grade_class
from grader.classroom.results.class_inputs import ClassInputs, InputFile, given_settings
from grader.classroom.results.store import ClassIndex
from grader.classroom.results.summary import print_summary
from grader.classroom.run.class_run import Choice
from grader.classroom.run.executor import DaskExecutor, Executor, LocalExecutor
from grader.classroom.run.progress import watcher
from grader.cli.app import app, err, fail, fail_if_damaged, out
from grader.cli.options import AssignmentOption, RubricOption, settings_of, with_options
from grader.cli.sandbox_setup import prepare
from grader.errors import OutputError
from grader.model import ExitCode
from grader.sandbox.choose import open_launcher
from grader.settings import RunSettings

RosterOption = Annotated[Path | None, typer.Option(help="CSV with id, name, email: who is in the class.")]
SubmittedOption = Annotated[Path | None, typer.Option(help="CSV with id, time: who handed in when.")]
ExtensionsOption = Annotated[Path | None, typer.Option(help="CSV with id, and due or days: who has more time.")]
SheetOption = Annotated[
    Path | None, typer.Option(help="Moodle's grading worksheet or Canvas' gradebook, to be filled in.")
]
ColumnOption = Annotated[
    str | None,
    typer.Option(
        "--assignment-column", metavar="COLUMN", help="The column of --sheet, where it has several assignments."
    ),
]
ScaleOption = Annotated[
    bool, typer.Option("--scale", help="Scale the grades to the maximum of --sheet, where it is another one.")
]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ID:FILE=NAME", help="Read a file as an answer: 'ada:my 2.py=exercise2.py' (repeatable)."),
]
MatchOption = Annotated[
    list[str] | None, typer.Option(metavar="FOLDER=ID", help="Say whose an unmatched hand-in is (repeatable).")
]
AgainstOption = Annotated[
    list[Path] | None,
    typer.Option(metavar="FOLDER", help="Compare with an earlier year's hand-ins for similarity (repeatable)."),
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Use what is given now though marks that exist change by it.")
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Submissions at a time.", show_default="cores")
]
ClusterOption = Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler, in place of --jobs.")]


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
    assignment: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Grade a class. Run it again and it goes on where it stopped, with all that was given for it before."""
    tables = {"roster": roster, "submitted": submitted, "extensions": extensions, "sheet": sheet, "rubric": rubric}
    inputs = replace(
        ClassInputs(**{name: InputFile.at(path) for name, path in tables.items() if path}),  # type: ignore[arg-type]
        assignment=None if assignment == BUILT_IN else str(assignment.resolve()),
        seed=settings.seed,
        points=(*settings.exercises, *settings.points) or None,
        settings=given_settings(settings.overrides),
        image=settings.sandbox.image,
        gpus=settings.sandbox.gpus,
        assignment_column=assignment_column,
        scale=scale or None,
        accept=tuple(accept or ()) or None,
        match=tuple(match or ()) or None,
    )
    sandbox = settings.sandbox if cluster else prepare(settings.sandbox)
    choice = Choice(force, failed, frozenset(only or []))
    request = Request(submissions, output, inputs, sandbox, choice, replace_inputs, tuple(against or ()))
    _tell(output, _grade(request, _executor(jobs, cluster)))


def _grade(request: Request, open_executor: Callable[[JobSettings, Assignment], Executor]) -> ClassIndex:
    """Grade; if that is cut off, say how to continue."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with watcher(err) as shown:
            return grade_class(request, open_executor, shown)
    except KeyboardInterrupt:
        fail(f"grader: interrupted. What is graded is kept in {request.results}; {_GO_ON}", ExitCode.INTERRUPTED)
    except OutputError as error:
        fail(f"grader: {error} What was graded until then is kept; fix that, and {_GO_ON}", ExitCode.USAGE)


def _tell(results: Path, index: ClassIndex) -> None:
    """The summary, and an exit code that says whether anything has to be fixed."""
    print_summary(results, index, out)
    if any(issue.kind is IssueKind.FAULT for issue in index.issues):
        fail(
            "Some submissions could not be graded, and that is the grader's fault, no zero of theirs: they are listed "
            "above. `--failed` tries just these again.",
            ExitCode.GRADER_ERROR,
        )
    fail_if_damaged(index.issues)
    wrong = next((issue for issue in index.issues if issue.kind is IssueKind.ROSTER), None)
    if wrong is not None:
        fail(wrong.message, ExitCode.GRADER_ERROR)


_GO_ON = "run the same command again and it goes on from there."


def _executor(jobs: int | None, cluster: str | None) -> Callable[[JobSettings, Assignment], Executor]:
    def open_executor(settings: JobSettings, assignment: Assignment) -> Executor:
        if cluster is not None:
            return DaskExecutor(cluster, gpu=settings.sandbox.gpus is not None or assignment.needs_gpu)
        # opened before the first job: what the machine lacks is named once, rather than three times for each submission
        return LocalExecutor(jobs or _cores(), lambda: open_launcher(settings.sandbox, ahead=True))

    return open_executor


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
