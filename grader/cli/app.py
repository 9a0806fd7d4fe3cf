"""What every command shares: the app itself, the two consoles, and how a failure is reported."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from grader.cli.commands import Commands
from grader.model import ExitCode
from grader.version import VERSION

if TYPE_CHECKING:
    from grader.classroom.class_model import Issue

# Help in plain text: it comes at once, where drawing boxes around it takes longer to import than most commands run.
app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
out = Console()
err = Console(stderr=True)


def _version(is_requested: bool) -> None:
    if is_requested:
        out.print(f"grader {VERSION}", highlight=False)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Grade submissions of a programming assignment: one, a class, or a student's own while they work."""


def fail(message: str, code: ExitCode) -> NoReturn:
    """One sentence in red, and the command ends with `code`."""
    err.print(message, style="red", highlight=False, markup=False, soft_wrap=True)
    raise SystemExit(code)


def fail_if_damaged(issues: Iterable["Issue"]) -> None:
    """Ends the command with an error where `issues` have damaged reports: everything else was done."""
    from grader.classroom.results.store import damaged_sentence  # takes its time to start; most commands need none

    problem = damaged_sentence(issues)
    if problem:
        fail(problem, ExitCode.GRADER_ERROR)
