"""The two consoles of every command, and how a failure is reported."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from grader.model import ExitCode

if TYPE_CHECKING:
    from grader.classroom.class_model import Issue

out = Console()
err = Console(stderr=True)


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
