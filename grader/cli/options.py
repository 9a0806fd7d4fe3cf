"""The options that several commands share, and how a command takes a group of them as one value.

They are read before what grades is imported, so that what takes longest can be started meanwhile.
"""

import inspect
import tomllib
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from grader import BUILT_IN
from grader.sandbox.sandbox_settings import GPUS_VARIABLE, IMAGE_VARIABLE, SandboxSettings
from grader.settings import RunSettings

if TYPE_CHECKING:
    from grader.assignment_folder import Assignment

Result = TypeVar("Result")


class SandboxKind(StrEnum):
    JAIL = "jail"
    PROCESS = "process"
    DOCKER = "docker"


def assignment_folder(path: Path) -> Path:
    """The folder that an option or argument names; see `find_assignment`."""
    if path == BUILT_IN:
        return path
    from grader.assignment_names import find_assignment  # what is installed is looked up where it is asked for alone

    return find_assignment(path)


def _assignment_option(default: str) -> Any:
    return typer.Option(
        "--assignment",
        callback=assignment_folder,
        metavar="FOLDER",
        help="Folder of the assignment, or the name of an installed one.",
        show_default=default,
    )


AssignmentOption = Annotated[Path, _assignment_option("built in")]
GradedAssignmentOption = Annotated[Path, _assignment_option("the class's, else built in")]  # of what was graded before
RubricOption = Annotated[Path | None, typer.Option("--rubric", help="A rubric.toml in place of the assignment's own.")]
SheetOption = Annotated[
    Path | None, typer.Option(help="Moodle's grading worksheet or Canvas' gradebook, to be filled in.")
]
ScaleOption = Annotated[bool, typer.Option("--scale", help="Scale the grades to the maximum of --sheet if it differs.")]


def _seed_option(default: str) -> Any:
    return typer.Option(min=0, max=2**31 - 1, help="Seed of all random inputs.", show_default=default)


SeedOption = Annotated[int | None, _seed_option("random")]
ExerciseOption = Annotated[list[str] | None, typer.Option(help="Only this exercise (repeatable).")]
PointOption = Annotated[list[str] | None, typer.Option(help="Only this point (repeatable).")]
SandboxOption = Annotated[
    SandboxKind | None,
    typer.Option(help="Where the student's code runs.", show_default="jail where there is one, else docker"),
]
WeakerOption = Annotated[
    bool,
    typer.Option("--allow-weaker", help="Run even where the sandbox lacks a restriction; the report says which held."),
]


def _image_option(default: str) -> Any:
    what = "Worker image of the docker sandbox."
    return typer.Option("--image", envvar=IMAGE_VARIABLE, help=what, show_default=default)


def _gpus_option(default: str) -> Any:
    what = 'GPUs for torch in the docker sandbox: "all", or ids.'
    return typer.Option("--gpus", metavar="IDS", envvar=GPUS_VARIABLE, help=what, show_default=default)


ImageOption = Annotated[str | None, _image_option("the grader's own")]
GpusOption = Annotated[str | None, _gpus_option("none")]
# Of a class, which remembers what was given for it.
ClassSeedOption = Annotated[int | None, _seed_option("as before, else random")]
ClassImageOption = Annotated[str | None, _image_option("as before, else the grader's own")]
ClassGpusOption = Annotated[str | None, _gpus_option("as before, else none")]
NoBuildOption = Annotated[
    bool, typer.Option("--no-build", help="Do not build the worker image of the docker sandbox where it is missing.")
]


def loaded_assignment(assignment: AssignmentOption = BUILT_IN, rubric: RubricOption = None) -> "Assignment":
    """The assignment, under its own rubric or another. Raises RubricError."""
    from grader.assignment_folder import load_assignment

    return load_assignment(assignment, rubric)


def sandbox_of(
    sandbox: SandboxOption = None,
    allow_weaker: WeakerOption = False,
    image: ImageOption = None,
    gpus: GpusOption = None,
    no_build: NoBuildOption = False,
) -> SandboxSettings:
    """Where the students' code runs."""
    return SandboxSettings(sandbox.value if sandbox else None, allow_weaker, image, gpus, build=not no_build)


def with_options(**groups: Callable[..., Any]) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Let a command, or a group, take groups of options as one argument each: `@with_options(settings=settings_of)`.

    Typer reads a command's options from its signature. The one it gets to see has the options of every group in place
    of the argument named after it; the command is called with the group's value. Where the command has an option of the
    same name as the group, its own help and default hold, for the group's value as well.
    """

    def decorate(command: Callable[..., Result]) -> Callable[..., Result]:
        ungrouped = [parameter for parameter in _parameters(command) if parameter.name not in groups]
        shared = {group: _parameters(build) for group, build in groups.items()}

        @wraps(command)
        def run(**arguments: Any) -> Result:
            built = {name: build(**_chosen(arguments, shared[name])) for name, build in groups.items()}
            return command(**_chosen(arguments, ungrouped), **built)

        options = chain(ungrouped, *shared.values())
        every = {parameter.name: parameter for parameter in options} | {
            parameter.name: parameter for parameter in ungrouped
        }
        run.__signature__ = inspect.Signature(list(every.values()))  # type: ignore[attr-defined]
        run.__annotations__ = {name: parameter.annotation for name, parameter in every.items()}
        return run

    return decorate


def _chosen(arguments: dict[str, Any], parameters: list[inspect.Parameter]) -> dict[str, Any]:
    return {parameter.name: arguments[parameter.name] for parameter in parameters}


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """A function's parameters, by keyword."""
    parameters = inspect.signature(function).parameters.values()
    return [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]


def overrides_of(**settings: str | Path | None) -> dict[str, str | Path]:
    """The assignment's settings for this run."""
    return {name: value for name, value in settings.items() if value is not None}


def _rubric_option(name: str, option: dict[str, Any]) -> inspect.Parameter:
    """An option as a rubric has it (`grader.rubric.Option`)."""
    kind = Path | None if option.get("file") else str | None
    annotation = Annotated[kind, typer.Option(f"--{name}", help=option.get("help"))]  # type: ignore[valid-type]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _rubric_options() -> dict[str, dict[str, Any]]:
    """Those of the built-in rubric, as they stand there: the tests validate it, and whoever loads it."""
    options: dict[str, dict[str, Any]] = tomllib.loads((BUILT_IN / "rubric.toml").read_text("utf-8")).get("option", {})
    return options


# Typer reads the options from the signature, and the rubric says which there are.
overrides_of.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [_rubric_option(name, option) for name, option in _rubric_options().items()]
)


@with_options(sandbox=sandbox_of, overrides=overrides_of)
def settings_of(
    sandbox: SandboxSettings,
    overrides: dict[str, str | Path],
    seed: SeedOption = None,
    exercise: ExerciseOption = None,
    point: PointOption = None,
) -> RunSettings:
    """How submissions are graded."""
    return RunSettings(sandbox, seed, tuple(exercise or ()), tuple(point or ()), overrides)
