"""The command about a whole class: `class`."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from grader import BUILT_IN
from grader.classroom.class_model import IssueKind
from grader.classroom.grade_class import Request, grade_class
from grader.classroom.results.store import ClassIndex
from grader.classroom.results.summary import print_summary
from grader.classroom.run.class_run import Choice
from grader.classroom.run.executor import DaskExecutor, Executor, LocalExecutor
from grader.classroom.run.progress import watcher
from grader.cli.app import (
    AssignmentOption,
    DataOption,
    DeviceOption,
    ExerciseOption,
    GpusOption,
    ImageOption,
    PointOption,
    RubricOption,
    SandboxOption,
    SeedOption,
    WeakerOption,
    app,
    err,
    fail,
    out,
)
from grader.errors import OutputError
from grader.model import ExitCode
from grader.rubric import Assignment, load_assignment, select
from grader.sandbox.api import Launcher
from grader.sandbox.choose import default_kind, open_launcher

RosterOption = Annotated[Path | None, typer.Option(help="CSV with id, name, email: who is in the class.")]
SubmittedOption = Annotated[Path | None, typer.Option(help="CSV with id, time: who handed in when.")]
SheetOption = Annotated[
    Path | None, typer.Option(help="Moodle's grading worksheet or Canvas' gradebook, to be filled in.")
]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ID:FILE=NAME", help="Read a file as an answer: 'ada:my 2.py=exercise2.py'; repeatable."),
]
MatchOption = Annotated[
    list[str] | None, typer.Option(metavar="FOLDER=ID", help="Say whose an unmatched hand-in is; repeatable.")
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Submissions at a time.", show_default="cores")
]
ClusterOption = Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler, in place of --jobs.")]


@app.command("class")
def class_(
    submissions: Annotated[
        Path, typer.Argument(help="The class: a folder, an archive, an LMS's download, or a .txt that lists folders.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for everything that comes of it.")],
    roster: RosterOption = None,
    submitted: SubmittedOption = None,
    sheet: SheetOption = None,
    jobs: JobsOption = None,
    cluster: ClusterOption = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what is done.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Only this id; may be given again.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Again, what the grader itself had failed on.")] = False,
    accept: AcceptOption = None,
    match: MatchOption = None,
    seed: SeedOption = None,
    exercise: ExerciseOption = None,
    point: PointOption = None,
    sandbox: SandboxOption = None,
    allow_weaker: WeakerOption = False,
    image: ImageOption = None,
    gpus: GpusOption = None,
    device: DeviceOption = None,
    data: DataOption = None,
    assignment: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Grade a class. Run it again and it goes on where it stopped."""
    course = load_assignment(assignment, rubric).with_settings(device=device)
    chosen = select(course.rubric, exercise or [], point or [])
    request = Request(
        submissions=submissions,
        results=output,
        rubric=rubric or assignment / "rubric.toml",
        sandbox=str(sandbox or default_kind()),
        allow_weaker=allow_weaker,
        points=[point.id for point in course.rubric.points if point.id in chosen],
        seed=seed,
        roster=roster,
        submitted=submitted,
        sheet=sheet,
        choice=Choice(force, failed, frozenset(only or [])),
        image=image,
        gpus=gpus,
        device=device,
        data=data,
        accept=accept or [],
        match=match or [],
    )
    _tell(output, _grade(request, course, _executor(request, course, jobs, cluster)))


def _grade(request: Request, course: Assignment, open_executor: Callable[[], Executor]) -> ClassIndex:
    """Grades, and says how to go on where that was cut off."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with watcher(err) as shown:
            return grade_class(request, course, open_executor, shown)
    except KeyboardInterrupt:
        fail(f"grader: interrupted. What is graded is kept in {request.results}; {_GO_ON}", ExitCode.INTERRUPTED)
    except OutputError as error:
        fail(f"grader: {error} What was graded until then is kept; mend that, and {_GO_ON}", ExitCode.USAGE)


def _tell(results: Path, index: ClassIndex) -> None:
    """The summary, and an exit code that says whether anything is ours to mend."""
    print_summary(results, index, out)
    if any(issue.kind is IssueKind.FAULT for issue in index.issues):
        fail(
            "Some submissions could not be graded, and that is the grader's fault, no zero of theirs: they are listed "
            "above. `--failed` tries just these again.",
            ExitCode.GRADER_ERROR,
        )


_GO_ON = "run the same command again and it goes on from there."


def _executor(request: Request, course: Assignment, jobs: int | None, cluster: str | None) -> Callable[[], Executor]:
    if cluster is not None:
        gpu = request.gpus is not None or str(course.rubric.settings.get("device", "")).startswith("cuda")
        return lambda: DaskExecutor(cluster, gpu=gpu)
    return lambda: LocalExecutor(jobs or _cores(), lambda: _launcher(request))


def _launcher(request: Request) -> Launcher:
    """Raises SandboxError, naming what is missing, now rather than three times for each submission."""
    return open_launcher(
        request.sandbox, allow_weaker=request.allow_weaker, ahead=True, image=request.image, gpus=request.gpus
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
