"""What every command shares: the app itself, the two consoles, the options, and how a failure is told."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from grader.model import ExitCode
from grader.sandbox.choose import GPUS_VARIABLE, IMAGE_VARIABLE
from grader.version import VERSION

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
out = Console()
err = Console(stderr=True)


class SandboxKind(StrEnum):
    JAIL = "jail"
    PROCESS = "process"
    DOCKER = "docker"


def _device(name: str | None) -> str | None:
    if name is not None and not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", name):
        raise typer.BadParameter(f"{name} is no device; there are auto, cpu, cuda, cuda:N and mps.")
    return name


AssignmentOption = Annotated[
    Path, typer.Option("--assignment", help="Folder of the assignment.", show_default="built in")
]
RubricOption = Annotated[Path | None, typer.Option("--rubric", help="A rubric.toml in place of the assignment's own.")]
SeedOption = Annotated[
    int | None, typer.Option(min=0, max=2**31 - 1, help="Seed of all random inputs.", show_default="random")
]
ExerciseOption = Annotated[list[str] | None, typer.Option(help="Only this exercise; may be given again.")]
PointOption = Annotated[list[str] | None, typer.Option(help="Only this point; may be given again.")]
SandboxOption = Annotated[
    SandboxKind | None,
    typer.Option(help="Where the student's code runs.", show_default="jail on Linux, else process"),
]
WeakerOption = Annotated[
    bool, typer.Option("--allow-weaker", help="Run even where the sandbox lacks a wall; the report says which held.")
]
ImageOption = Annotated[
    str | None,
    typer.Option(
        "--image", envvar=IMAGE_VARIABLE, help="Worker image of the docker sandbox.", show_default="the grader's own"
    ),
]
GpusOption = Annotated[
    str | None,
    typer.Option(
        "--gpus", envvar=GPUS_VARIABLE, help='GPUs for torch in the docker sandbox: "all", or ids.', show_default="none"
    ),
]
DeviceOption = Annotated[
    str | None,
    typer.Option("--device", callback=_device, help="Where networks are trained: auto, cpu, cuda, cuda:N, mps."),
]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Images to train on, an .npz file, in place of the digits.")
]


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"grader {VERSION}", highlight=False)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Grades submissions of the back-propagation assignment."""


def fail(message: str, code: ExitCode) -> NoReturn:
    """One sentence in red, and the command ends with `code`."""
    err.print(message, style="red", highlight=False, markup=False, soft_wrap=True)
    raise SystemExit(code)
