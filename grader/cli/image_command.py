"""The command that builds the images of the docker sandbox: `grader image`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.commands import app
from grader.cli.console import out
from grader.cli.declared import MAY_BE_EMPTY
from grader.cli.sandbox_setup import build_progress


class Target(StrEnum):
    WORKER = "worker"
    GRADER = "grader"


@app.command()
def image(
    target: Annotated[
        Target, typer.Argument(help="Which image: the one for workers, or the one that holds the whole grader.")
    ] = Target.WORKER,
    tag: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the image.", show_default="with the grader's version")
    ] = None,
    cuda: Annotated[str | None, typer.Option(metavar="IMAGE", help="Build on this image with Python and CUDA.")] = None,
    torch: Annotated[
        str | None,
        typer.Option(metavar="SPEC", help='What pip is asked for as torch; "" leaves it out, and with it exercise 4.'),
        MAY_BE_EMPTY,
    ] = None,
    wheels: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of wheels that is searched first.",
            show_default="PIP_FIND_LINKS, if a folder",
        ),
    ] = None,
) -> None:
    """Build the image in which the docker sandbox runs a student's code."""
    from grader.sandbox.docker.image import (  # the Docker SDK: not for every command to wait for
        Recipe,
        build,
        default_wheels,
    )

    default = None if torch == "" else default_wheels()
    recipe = Recipe(target.value, tag=tag, base=cuda, torch=torch, wheels=wheels or default)
    with build_progress(f"building {recipe.name}") as on_step:
        built = build(recipe, on_step)
    out.print(f"{built.name}  {built.size / 1e9:.2f} GB", highlight=False, soft_wrap=True)
    out.print(_usage(target, built.name, named=tag is not None), highlight=False, markup=False, soft_wrap=True)


def _usage(target: Target, name: str, *, named: bool) -> str:
    if target is Target.WORKER:
        return "grader grade SUBMISSION --sandbox docker" + (f" --image {name}" if named else "")
    volumes = '-v "$PWD/submissions:/submissions:ro" -v "$PWD/results:/results"'
    return f'docker run --rm --user "$(id -u):$(id -g)" {volumes} {name} class /submissions --output /results'
