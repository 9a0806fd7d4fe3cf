"""The command line: what was asked for, in what words it is answered, with which exit code. No logic of its own."""

import atexit
import errno
import os
import sys
import threading
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

from grader.cli.interrupts import (
    INTERRUPTED,
    catch_interrupts,
    end_interrupted,
    ignore_interrupts,
    interrupt,
    was_interrupted,
)

if TYPE_CHECKING:
    from grader.model import ExitCode

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO)  # of what takes the output: a file system, a terminal


def run() -> None:
    """`main` in a process of its own, which ends with it at once.

    The interpreter would take apart what was imported, object by object: a tenth of the time of a grading, for nothing.
    """
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int) and threading.active_count() == 1:
            atexit._run_exitfuncs()
            with suppress(OSError, ValueError):  # of what cannot be written, the interpreter says so
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(end.code)
        raise


def main() -> None:
    """The command `grader`: every GraderError is a sentence and an exit code, never a traceback."""
    try:
        catch_interrupts()
        _run()
    except KeyboardInterrupt:
        end_interrupted()
    except SystemExit as end:
        if was_interrupted(end):
            end_interrupted()
        if end.code == INTERRUPTED:
            ignore_interrupts()
        raise
    except BaseException:
        if interrupt.was_raised:  # libraries make other exceptions of it, in the midst of an import for instance
            end_interrupted()
        raise


def _run() -> None:
    # Imported once Ctrl-C is an answer: most of a short command's time is spent here.
    _open_standard_streams()
    if not _grades_in_a_jail(sys.argv[1:]):
        _run_command()
        return
    from grader.sandbox.choose import begin_jail, end_early_zygotes

    try:
        begin_jail()
        _run_command()
    finally:
        end_early_zygotes()


def _grades_in_a_jail(arguments: list[str]) -> bool:
    """As far as can be told before the command line is read, which takes a tenth of a second."""
    sandboxes = {value for option, value in pairwise(arguments) if option == "--sandbox"}
    return arguments[:1] in (["class"], ["grade"]) and sandboxes <= {"jail"} and "--help" not in arguments


def _run_command() -> None:
    from grader.cli.commands import app
    from grader.errors import GraderError, UsageError
    from grader.model import ExitCode
    from grader.report.spelling import never_fail

    for stream in (sys.stdout, sys.stderr):
        never_fail(stream)
    try:
        app()
    except UsageError as error:
        _fail(f"grader: {error}", ExitCode.USAGE)
    except GraderError as error:
        _fail(f"grader: {error} (this is the grader's fault, not the submission's)", ExitCode.GRADER_ERROR)
    except OSError as error:
        if error.errno not in _UNWRITABLE or error.filename is not None:
            raise
        _drop_output()
        _fail(f"grader: the output cannot be written ({error.strerror}).", ExitCode.USAGE)


def _open_standard_streams() -> None:
    """Those that were closed (`>&-`): the next file or socket would take their number, and be taken for them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end


def _drop_output() -> None:
    """What was not written yet, so that the interpreter does not try again when it ends."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.close(devnull)


def _fail(message: str, code: "ExitCode") -> NoReturn:
    from grader.cli.console import fail  # rich takes its time to start, and a class is begun before

    fail(message, code)
