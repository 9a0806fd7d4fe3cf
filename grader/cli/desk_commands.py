"""The commands about the desk: `desk`, and `regrade add`, which puts a request into its queue."""

import os
import sys
import webbrowser
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from grader import BUILT_IN
from grader.classroom.desk.regrades import add_requests, read_requests
from grader.classroom.marks.review import class_assignment
from grader.cli.commands import app
from grader.cli.console import out
from grader.cli.login import login
from grader.cli.options import GradedAssignmentOption
from grader.counting import counted
from grader.errors import UsageError

ResultsArgument = Annotated[Path, typer.Argument(help="The folder that `grader class` wrote.")]
regrade = typer.Typer(no_args_is_help=True, help="Record requests to look at a mark again.")
app.add_typer(regrade, name="regrade")


@app.command()
def desk(
    results: ResultsArgument,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who marks.", show_default="your login; a team is asked")
    ] = None,
    anonymous: Annotated[
        bool | None,
        typer.Option("--anonymous/--names", help="Mark without seeing names.", show_default="as set before"),
    ] = None,
    second: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=100,
            help="Percentage of hand-ins that a second person reads as well.",
            show_default="as set before",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on, for a team behind a proxy.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port.", show_default="as before, else a free one")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The public address of the desk behind a proxy.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    folder: GradedAssignmentOption = BUILT_IN,
) -> None:
    """Mark in the browser what needs a person in a class. Ctrl-C ends it and writes the tables of the class."""
    try:
        from grader.classroom.desk.marking import Desk
        from grader.classroom.desk.server import LOOPBACK, open_desk, serve
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the desk needs {error.name}, which is not installed: pip install 'backprop-grader[desk]'"
        ) from error
    assignment = class_assignment(results, folder)
    alone = host == LOOPBACK and url is None
    marker = by or (login() if alone else "")
    with Desk(results, assignment, anonymous=anonymous) as opened:
        if second is not None:
            opened.database.set("second", str(second))
        if opened.anonymous and anonymous is None:
            out.print("Marking is blind, as it was before; --names shows who everybody is.", highlight=False)
        door = open_desk(
            opened, marker, host=host, port=port, url=url, say=lambda text: out.print(text, highlight=False)
        )
        with closing(door.socket), suppress(KeyboardInterrupt):  # Ctrl-C is how a desk ends
            out.print(f"The desk is open: {door.link}", highlight=False, soft_wrap=True)
            out.print("Whoever has this link can mark. Ctrl-C closes the desk.", highlight=False)
            if browser and alone and _has_screen():
                webbrowser.open(door.link)
            serve(door)


def _has_screen() -> bool:
    return sys.platform in ("win32", "darwin") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


@regrade.command("add")
def regrade_add(
    results: ResultsArgument,
    name: Annotated[str | None, typer.Argument(metavar="ID", help="Whose hand-in.")] = None,
    point: Annotated[str | None, typer.Option(help="The point it is about.")] = None,
    words: Annotated[str | None, typer.Option(help="What was asked.")] = None,
    table: Annotated[Path | None, typer.Option("--from", help="A CSV with the columns id, point, words.")] = None,
) -> None:
    """Write a regrade request down; it is answered at the desk."""
    if table is not None:
        requests = read_requests(table)
    elif name and point and words:
        requests = [(name, point, words)]
    else:
        raise UsageError("name an ID with --point and --words, or a table with --from.")
    new = add_requests(results, requests, datetime.now(UTC).isoformat(timespec="seconds"))
    duplicates = len(requests) - new
    already = f", {duplicates} were there already" if duplicates else ""
    out.print(f"{counted(new, 'request')} added{already}.", highlight=False)
