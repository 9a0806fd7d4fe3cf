"""The commands around a student's own work, and what platforms need: `annotate` for CI, `gradescope`."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from grader import BUILT_IN
from grader.classroom.results.store import read_report
from grader.cli.app import app, out
from grader.cli.options import (
    AssignmentOption,
    ExerciseOption,
    PointOption,
    RubricOption,
    WeakerOption,
    course_of,
    with_options,
)
from grader.course.handout import DEFAULT_PIN, NO_COURSE, build_handout
from grader.errors import UsageError
from grader.report.github_classroom import score_notices
from grader.report.junit import to_junit
from grader.report.markdown import annotations
from grader.report.plain_text import number, one_line
from grader.report.results_json import check_writable, write_atomically
from grader.report.student_summary import advice, paragraphs, points_so_far
from grader.rubric import Assignment, load_assignment
from grader.settings import RunSettings
from grader.student.explain import explain as explain_point


@app.command()
def handout(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="A new or empty folder for what students get.")],
    course: Annotated[
        str | None, typer.Option(help="The course's repository of the grader, as owner/name, for students' CI.")
    ] = None,
    pin: Annotated[str, typer.Option(help="The tag or commit of it that students' CI takes.")] = DEFAULT_PIN,
    template: Annotated[
        Path | None, typer.Option(help="What to hand out.", show_default="the assignment's student_template/")
    ] = None,
    assignment: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Build what students get: the template, the grader without any solution, and files for their CI."""
    load_assignment(assignment, rubric)  # whoever unpacks it can mend nothing
    files = build_handout(folder, assignment, rubric=rubric, course=course, pin=pin, template=template)
    for file in files:
        out.print(Text(str(file.relative_to(folder))))
    if course is None:
        out.print(
            f"The CI files name {NO_COURSE}, which does not exist: build it again with --course OWNER/NAME, "
            "or leave .github and .gitlab-ci.yml out.",
            highlight=False,
            style="yellow",
        )


@app.command()
def explain(
    point: Annotated[str, typer.Argument(help="A point of the rubric, such as 3.4.")],
    hint: Annotated[int, typer.Option(min=0, help="Show the hints up to this one; each says more.")] = 0,
    assignment: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Say what a point asks and how it is judged. Hints come in steps; none is the solution."""
    said = explain_point(load_assignment(assignment, rubric), point)
    worth = "1 point" if said.point.max == 1 else f"{number(said.point.max)} points"
    out.print(Text(f"{said.point.id} {said.point.title}  ·  {worth}", style="bold"))
    out.print(Text(f"\n{said.asks}\n\nThe exercise's functions: {', '.join(said.functions)}"))
    out.print(Text("\nHow it is judged", style="bold"), *map(Text, said.judged), sep="\n")
    for step, text in enumerate(said.hints[:hint], 1):
        out.print(Text(f"\nHint {step} of {len(said.hints)}  ", style="bold").append(text, style="not bold"))
    if hint < len(said.hints):
        out.print(Text(f"\n`grader explain {point} --hint {hint + 1}` shows hint {hint + 1} of {len(said.hints)}."))


@app.command()
@with_options(course=course_of)
def watch(
    course: Assignment,
    folder: Annotated[Path, typer.Argument(help="Your folder.")] = Path(),
    exercise: ExerciseOption = None,
    point: PointOption = None,
) -> None:
    """Judge again, at once, whatever you save. Ctrl-C ends it."""
    from grader.student.watch import Judged, Watch  # watchfiles is worth its start-up here alone

    settings = RunSettings(exercises=tuple(exercise or ()), points=tuple(point or ()))

    def show(judged: Judged) -> None:
        out.clear()  # nothing, where it is no terminal
        names = ", ".join(one_line(name, 80) for name in sorted(judged.changed))
        out.print(Text(f"{names}: judged in {judged.seconds:.2f} s", style="dim"))
        for name, before, now in judged.moved:
            style = "green" if now > before else "red"
            out.print(Text(f"{name}  {number(before)} → {number(now)}", style=style))
        out.print(*paragraphs([own for own in judged.report.points if own.id in judged.points]), sep="\n")
        out.print(Text(points_so_far(judged.report), style="bold"), Text(advice(judged.report)), sep="\n")

    with Watch(folder, course, settings) as watched, contextlib.suppress(KeyboardInterrupt):
        for judged in watched.rounds():
            if isinstance(judged, UsageError):
                out.print(Text(str(judged), style="red"))
            else:
                show(judged)


@app.command()
def annotate(
    report: Annotated[Path, typer.Argument(help="A results.json.")],
    junit: Annotated[Path | None, typer.Option(help="Write it as JUnit XML here.")] = None,
    github: Annotated[bool, typer.Option("--github", help="Print annotations at the student's own lines.")] = False,
    classroom: Annotated[
        bool, typer.Option("--classroom", help="Print the score as GitHub Classroom reads it.")
    ] = False,
) -> None:
    """Tell a CI server what a report says. Nothing is graded again."""
    stored = read_report(report)
    if junit is not None:
        write_atomically(junit, "".join(to_junit([stored])))
    for line in [*(annotations(stored) if github else []), *(score_notices(stored) if classroom else [])]:
        typer.echo(line)


@app.command()
def gradescope(
    package: Annotated[Path, typer.Argument(metavar="OUT.zip", help="The zip to upload to Gradescope.")],
    visibility: Annotated[
        list[str] | None,
        typer.Option(metavar="POINT=WHEN", help="When students see a point or an exercise (repeatable)."),
    ] = None,
    assignment: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
    allow_weaker: WeakerOption = False,
) -> None:
    """Build the grader as a Gradescope autograder."""
    from grader.course.gradescope_package import Settings, build_package, visibility_of

    check_writable(package)
    chosen = visibility_of(load_assignment(assignment, rubric).rubric, visibility or [])
    build_package(package, Settings(visibility=chosen, allow_weaker=allow_weaker), assignment, rubric)
    out.print(
        f"{package} is ready to be uploaded. Switch Gradescope's own late penalty off: the rubric's is applied, with "
        "Gradescope's due date, extensions and times.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


@app.command("gradescope-run", hidden=True)
def gradescope_run(root: Path) -> None:
    """What the package's run_autograder calls inside Gradescope's container."""
    from grader.course.gradescope_package import run

    run(root, load_assignment(BUILT_IN))
