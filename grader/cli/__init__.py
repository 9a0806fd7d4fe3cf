"""The command line: what was asked for, in what words it is answered, with which exit code. No logic of its own."""

import sys
from importlib import import_module

from grader.cli.app import app, fail
from grader.errors import GraderError, UsageError
from grader.model import ExitCode
from grader.report.spelling import never_fail

# Which module a command is in. It alone is imported: what all of them need together takes half a second.
COMMANDS = {
    "grade_command": ("grade", "points"),
    "class_command": ("class",),
    "report_commands": ("rescore", "reproduce"),
    "mark_commands": ("review", "export"),
    "course_commands": ("handout", "annotate", "gradescope", "gradescope-run"),
    "author_commands": ("new", "lint", "mutants"),
    "desk_commands": ("desk", "regrade"),
    "student_commands": ("explain", "watch", "try", "check"),
    "image_command": ("image",),
    "doctor_command": ("doctor",),
}


def main() -> None:
    """The command `grader`: every GraderError is a sentence and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        never_fail(stream)
    asked = [module for module, commands in COMMANDS.items() if sys.argv[1:] and sys.argv[1] in commands]
    try:
        for module in asked or COMMANDS:  # all of them for the help, and to say what was meant
            import_module(f"grader.cli.{module}")
        app()
    except UsageError as error:
        fail(f"grader: {error}", ExitCode.USAGE)
    except GraderError as error:
        fail(f"grader: {error} (this is the grader's fault, not the submission's)", ExitCode.GRADER_ERROR)
    except KeyboardInterrupt:
        fail("grader: interrupted; nothing was written", ExitCode.INTERRUPTED)
