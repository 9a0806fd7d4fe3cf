"""Before anything is graded: which sandbox it will be, and the image of its workers, built with its progress shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from grader.sandbox.choose import default_kind, open_launcher
from grader.sandbox.launcher import OnStep
from grader.sandbox.sandbox_settings import SandboxSettings

_SHOWN = 60  # characters of a step


def prepare(sandbox: SandboxSettings) -> SandboxSettings:
    """The same settings with their kind decided, and for `docker` with an image that is there.

    Raises SandboxError where there is no sandbox for other people's work, or no image and none is to be built.
    """
    chosen = replace(sandbox, kind=sandbox.kind or default_kind(allow_weaker=sandbox.allow_weaker))
    if chosen.kind == "docker":
        with build_progress("building the worker image, once") as on_step:
            open_launcher(chosen, on_step=on_step).close()
    return chosen


@contextmanager
def build_progress(what: str) -> Iterator[OnStep]:
    """Shows how far a build is: a bar on a terminal, plain lines elsewhere; nothing where nothing is built."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from grader.cli.console import err

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(what, total=None, visible=False)

        def on_step(number: int, count: int, step: str) -> None:
            progress.update(
                task, total=count, completed=number - 1, description=f"{what}: {step[:_SHOWN]}", visible=True
            )
            if not err.is_terminal:
                err.print(f"{what}: {number}/{count} {step}", highlight=False, markup=False, soft_wrap=True)

        yield on_step
