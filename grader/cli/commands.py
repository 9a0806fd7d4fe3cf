"""The app: which commands there are and in which module each is, so that the one that is asked for is imported alone.

What all of them need together takes a second; a command's own module, a fraction; the list of commands, none.
"""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from grader.version import VERSION

# Module -> its commands, each with what it does; "" for one that nobody types.
COMMANDS = {
    "grade_command": {
        "grade": "Grade one submission and print its points.",
        "points": "Print the rubric: every point and what it is worth.",
    },
    "class_command": {
        "class": "Grade a class.",
    },
    "report_commands": {
        "rescore": "Score a class's reports again under another rubric.",
        "reproduce": "Grade the files of a report again with its seed, and say whether the result is the same.",
    },
    "mark_commands": {
        "review": "Record a person's mark for a point, or a table of marks.",
        "export": "Bring the tables and pages of a class up to date after marking.",
    },
    "course_commands": {
        "handout": "Build what students get: the template, the grader without any solution, and files for their CI.",
        "annotate": "Report a result to a CI server.",
        "gradescope": "Build the grader as a Gradescope autograder.",
        "gradescope-run": "",  # for Gradescope's container alone
    },
    "author_commands": {
        "new": "Create a new assignment that already works, with one check of each kind.",
        "lint": "Say what is missing or inconsistent in an assignment.",
        "mutants": "Change right answers one syntax-tree node at a time; say which checks still give full marks.",
    },
    "desk_commands": {
        "desk": "Mark in the browser what needs a person in a class.",
        "regrade": "Record requests to look at a mark again.",
    },
    "student_commands": {
        "explain": "Say what a point asks and how it is judged.",
        "watch": "Judge your work again each time you save a file.",
        "try": "Call your function on the input that it fails for, in your own Python: prints and breakpoint() work.",
        "check": "Check whether a folder is ready to hand in: nothing missing, nothing unfinished, nothing forbidden.",
    },
    "image_command": {
        "image": "Build the image in which the docker sandbox runs a student's code.",
    },
    "doctor_command": {
        "doctor": "Show which sandboxes and devices this machine has, and what each lacks.",
    },
}


SECTIONS = {
    "For students": ("student_commands",),
    "To grade": ("grade_command", "class_command", "report_commands", "mark_commands", "desk_commands"),
    "For a course": ("course_commands", "author_commands", "image_command", "doctor_command"),
}


class Commands(TyperGroup):
    """All commands by their names; one is imported when it is asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        listed = {
            name: TyperCommand(name, hidden=not help_text)
            for commands in COMMANDS.values()
            for name, help_text in commands.items()
        }
        self.commands = {**listed, **self.commands}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; None where there is none."""
        module = next((module for module, commands in COMMANDS.items() if cmd_name in commands), None)
        if module is None:
            return None
        from grader.cli.help_texts import name_values
        from grader.cli.option_values import explain_values

        import_module(f"grader.cli.{module}")
        return explain_values(name_values(typer.main.get_group(app).commands[cmd_name]))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands by who needs them, each with its sentence, and none imported."""
        for heading, modules in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([line for module in modules for line in COMMANDS[module].items() if line[1]])


# Help in plain text: it comes at once, where drawing boxes around it takes longer to import than most commands run.
app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)


def _version(is_requested: bool) -> None:
    if is_requested:
        typer.echo(f"grader {VERSION}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Grade submissions of a programming assignment: one, a class, or a student's own while they work."""
