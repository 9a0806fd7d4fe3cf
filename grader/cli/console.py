"""The two consoles of every command, and how a failure is reported."""

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any, NoReturn

from rich.console import Console
from rich.text import Text

from grader.model import ExitCode
from grader.report.spelling import spelled

if TYPE_CHECKING:
    from grader.classroom.class_model import Issue

_MIN_WIDTH = 40  # columns; in fewer, a table has room for a letter a line
_USUAL_WIDTH = 80


class _Console(Console):
    """Spells what its encoding lacks before it is laid out in columns. Its reader may go, as `head` does: no fault of
    ours, which 1 would stand for."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(spelled(text, self.encoding), **options)

    def on_broken_pipe(self) -> None:
        try:
            super().on_broken_pipe()  # so that nothing is said when the interpreter ends
        except SystemExit as ended:
            raise SystemExit(ExitCode.NO_READER) from ended


def console(file: IO[str] | None = None, *, stderr: bool = False) -> Console:
    """As wide as the terminal, or as COLUMNS says; a width of 0, which some terminals give, is none."""
    sized = _Console(file=file, stderr=stderr)
    if sized.width < _MIN_WIDTH:
        sized.width = _MIN_WIDTH if sized.width > 0 else _USUAL_WIDTH
    return sized


out = console()
err = console(stderr=True)


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
