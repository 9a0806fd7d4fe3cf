"""The command line: what was asked for, in what words it is answered, with which exit code. No logic of its own."""

import sys
from typing import NoReturn

from grader.cli.commands import app
from grader.errors import GraderError, UsageError
from grader.model import ExitCode
from grader.report.spelling import never_fail


def main() -> None:
    """The command `grader`: every GraderError is a sentence and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        never_fail(stream)
    try:
        app()
    except UsageError as error:
        _fail(f"grader: {error}", ExitCode.USAGE)
    except GraderError as error:
        _fail(f"grader: {error} (this is the grader's fault, not the submission's)", ExitCode.GRADER_ERROR)
    except KeyboardInterrupt:
        _fail("grader: interrupted; nothing was written", ExitCode.INTERRUPTED)


def _fail(message: str, code: ExitCode) -> NoReturn:
    from grader.cli.console import fail  # rich takes its time to start, and a class is begun before

    fail(message, code)
