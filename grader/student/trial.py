"""A student's function on the input that it fails for, called in the interpreter of their own: to look, not to judge.

Whatever they know works here: print, breakpoint(), a debugger of an IDE. Nothing of it counts.
"""

import io
import pdb
import sys
import tokenize
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

from rich.console import Console
from rich.syntax import Syntax

from grader.assignment_folder import Assignment
from grader.model import Outcome, module_file
from grader.pipeline import GradingSession
from grader.rubric import Rubric
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import PointScore, Report
from grader.settings import RunSettings
from grader.suite.missing_packages import require

_PASTE = "paste"  # of a point's evidence: lines of Python that make the call


@dataclass(frozen=True, slots=True)
class Trial:
    """The lines to run for one point, in the folder of the module that they are about."""

    point: str
    module: str
    lines: str


def find_trial(assignment: Assignment, folder: Path, point: str, seed: int) -> tuple[Report, Trial | None]:
    """What judging one point shows, and the input that it fails for. A breakpoint() in the files does not stop it."""
    with GradingSession(assignment, RunSettings(SandboxSettings("process"), seed, points=(point,))) as session:
        require(assignment.rubric, session.selected)
        submission = session.load(folder)
        report = session.grade(replace(submission, files=without_breakpoints(submission.files)))
    return report, first_trial(report, assignment.rubric)


def first_trial(report: Report, rubric: Rubric) -> Trial | None:
    """The first failing input of a report's."""
    return next((trial for point in report.points if (trial := trial_of(point, rubric)) is not None), None)


def trial_of(point: PointScore, rubric: Rubric) -> Trial | None:
    lines = point.evidence.get(_PASTE)
    if point.outcome is Outcome.PASSED or not isinstance(lines, str):
        return None
    return Trial(point.id, rubric.exercise_of(point.id).module, lines)


def run_trial(trial: Trial, folder: Path, console: Console, debug: bool = False) -> bool:
    """Run the lines in this process; whether nothing was raised.

    With `debug`, an exception is looked at with pdb where it was raised, and else the call is entered with it.
    """
    console.print(f"\n[bold]{trial.point}[/] in {module_file(trial.module)}:", highlight=False)
    console.print(Syntax(trial.lines, "python", theme="ansi_light", word_wrap=console.is_terminal))
    sys.path.insert(0, str(folder))
    try:
        names: dict[str, Any] = {"__name__": "__main__"}
        if debug:
            pdb.Pdb().run(trial.lines, names)
        else:
            exec(compile(trial.lines, "<trial>", "exec"), names)
    except Exception as error:  # noqa: BLE001 - it is the student's to see
        _show(error, folder, console)
        return False
    except SystemExit as error:
        console.print(f"It called exit({error.code}).", highlight=False)
        return False
    finally:
        sys.path.remove(str(folder))
    return True


def without_breakpoints(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same files in which breakpoint() does nothing, so that they can be judged while they are being debugged."""
    return {path: _silenced(data) if path.endswith(".py") else data for path, data in files.items()}


def _silenced(source: bytes) -> bytes:
    """`breakpoint` replaced by a function that does nothing, wherever it is a name; lines stay where they are."""
    if b"breakpoint" not in source:
        return source
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(source).readline))
    except (SyntaxError, tokenize.TokenError):
        return source
    lines = source.decode(tokens[0].string).splitlines(keepends=True)
    for token in reversed(tokens):
        if token.type == tokenize.NAME and token.string == "breakpoint":
            (row, start), (_, end) = token.start, token.end
            lines[row - 1] = lines[row - 1][:start] + "(lambda *_, **__: None)" + lines[row - 1][end:]
    return "".join(lines).encode(tokens[0].string)


def _show(error: Exception, folder: Path, console: Console) -> None:
    """The traceback from the student's own file on, as Python prints it."""
    trace = error.__traceback__
    while trace is not None and not _is_theirs(trace.tb_frame.f_code, folder):
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, _or_whole(trace, error))
    console.print("".join(lines), end="", markup=False, highlight=False)


def _is_theirs(code: CodeType, folder: Path) -> bool:
    return Path(code.co_filename).is_relative_to(folder)


def _or_whole(trace: TracebackType | None, error: Exception) -> TracebackType | None:
    return error.__traceback__ if trace is None else trace
