"""The commands that build what a course hands out, and what platforms need: `annotate` for CI, `gradescope`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from grader import BUILT_IN
from grader.assignment_folder import load_assignment
from grader.classroom.results.store import read_report
from grader.cli.commands import app
from grader.cli.console import out
from grader.cli.options import AssignmentOption, RubricOption, WeakerOption
from grader.course.handout import DEFAULT_PIN, NO_COURSE, build_handout
from grader.report.github_classroom import score_notices
from grader.report.junit import to_junit
from grader.report.markdown import annotations
from grader.report.results_json import check_writable, write_atomically


@app.command()
def handout(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="A new or empty folder for what students get.")],
    course: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME", help="The course's repository of the grader, for students' CI.")
    ] = None,
    pin: Annotated[str, typer.Option(help="The tag or commit of it that students' CI takes.")] = DEFAULT_PIN,
    template: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="What to hand out.", show_default="the assignment's student_template/"),
    ] = None,
    assignment: AssignmentOption = BUILT_IN,
    rubric: RubricOption = None,
) -> None:
    """Build what students get: the template, the grader without any solution, and files for their CI."""
    load_assignment(assignment, rubric)  # a mistake is reported now: whoever unpacks the package cannot fix it
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
def annotate(
    report: Annotated[Path, typer.Argument(help="A results.json.")],
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    github: Annotated[bool, typer.Option("--github", help="Print annotations at the student's own lines.")] = False,
    classroom: Annotated[
        bool, typer.Option("--classroom", help="Print the score as GitHub Classroom reads it.")
    ] = False,
) -> None:
    """Report a result to a CI server. Nothing is graded again."""
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
