"""The rubric: every point, what it is worth, and what its exercise may use. Read from a TOML file and validated.

The rubric alone fixes the denominator. A mistake in it is reported with its line.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from grader.errors import RubricError, UsageError
from grader.model import module_file
from grader.toml_lines import last_mention, line_of
from grader.validation_sentences import first_mistake, written_as

_SUM_TOLERANCE = 1e-9  # of parts that are decimal fractions

PERSON = "person"

Name = Annotated[str, Field(min_length=1, max_length=200)]
# A module of the library, or of the assignment's own folder for such: it travels as source.
ModulePath = Annotated[
    str, written_as(r"(grader\.oracles|bounded|harness)(\.[A-Za-z_]\w*)+", "grader.oracles.symbolic or bounded.proof")
]
ModuleName = Annotated[str, written_as(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", "exercise2 or course.layers")]
FileName = Annotated[str, written_as(r"[\w-]+\.[\w.-]+", "report.md")]
Identifier = Annotated[str, written_as(r"[A-Za-z_][A-Za-z0-9_]*", "a name in Python")]
# `name(arguments)`, perhaps `Class.method(arguments)`, and the names of what it returns: `-> out, cache`.
Signature = Annotated[
    str,
    written_as(
        r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?\(.*\)( -> [A-Za-z_]\w*(, [A-Za-z_]\w*)*)?",
        "`f(x, w)` or `f(x, w) -> out, cache`",
    ),
]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Point(_Table):
    """One exercise point. `parts` are its checks and their shares where it has more than one."""

    id: Annotated[str, written_as(r"[0-9A-Za-z]+(\.[0-9A-Za-z]+)+", "2.1")]
    title: Name
    max: Annotated[float, Field(gt=0, le=1000)]
    kind: Name  # how it is judged, in a word of the assignment's own; PERSON: it is a person's to give
    parts: dict[Identifier, Annotated[float, Field(gt=0)]] = {}

    @model_validator(mode="after")
    def _parts_sum_to_the_maximum(self) -> Self:
        if self.parts and abs(sum(self.parts.values()) - self.max) > _SUM_TOLERANCE:
            raise ValueError(
                f"the parts of point {self.id} sum to {sum(self.parts.values()):g}, not to its max {self.max:g}"
            )
        return self


class _Worker(_Table):
    call_seconds: Annotated[float, Field(gt=0, le=3600)] = 10.0
    memory_mib: Annotated[int, Field(ge=256, le=1 << 20)] = 2048


class Oracle(_Worker):
    """A module of ours that runs in a worker of its own, where it can be stopped.

    It is one of the library (`grader.oracles.symbolic`) or of the assignment's folder `bounded` (`bounded.proof`);
    checks ask it by the last part of its name.
    """

    module: ModulePath
    exercises: tuple[str, ...] = ()  # whose checks ask it: it is started with them
    preload: tuple[Identifier, ...] = ()

    @property
    def name(self) -> str:
        """What checks call it: `bounded("symbolic")`."""
        return self.module.rpartition(".")[2]


class Exercise(_Worker):
    """One exercise: its module, what that has to offer, what it may import, and its points."""

    id: Annotated[str, written_as(r"[0-9A-Za-z]+", "2")]
    title: Name
    module: ModuleName  # with its packages, as Python imports it
    imports: tuple[Identifier, ...] = ()
    functions: tuple[Signature, ...]
    handles: tuple[Identifier, ...] = ()  # results, named behind an arrow, that stay in the worker
    constants: tuple[Identifier, ...] = ()
    harness: tuple[ModulePath, ...] = ()  # modules of ours that run beside the submission's; called by their last names
    point: Annotated[tuple[Point, ...], Field(min_length=1)]

    @property
    def file(self) -> str:
        """The module's file by its path in a hand-in: `course/layers.py`."""
        return module_file(self.module)

    @property
    def signatures(self) -> dict[str, str]:
        """What the module has to offer, functions and classes: name -> `name(arguments) -> results`."""
        return {name: signature for name, signature in self._by_name.items() if "." not in name}

    @property
    def methods(self) -> dict[str, str]:
        """Those of the classes: `Class.method` -> `Class.method(arguments) -> results`."""
        return {name: signature for name, signature in self._by_name.items() if "." in name}

    @property
    def _by_name(self) -> dict[str, str]:
        return {signature.partition("(")[0]: signature for signature in self.functions}

    @model_validator(mode="after")
    def _handles_are_results(self) -> Self:
        named = {name.strip() for function in self.functions for name in function.partition(") -> ")[2].split(",")}
        unknown = [name for name in self.handles if name not in named]
        if unknown:
            raise ValueError(f"no function gives a result {unknown[0]}: write `name(arguments) -> {unknown[0]}`")
        return self


class Imports(_Table):
    always: tuple[Identifier, ...] = ()


class Late(_Table):
    """When the assignment is due, on the clock of `timezone`, and what lateness costs.

    `zero`: nothing is left after the due date. `per-day`: every day begun takes `penalty_per_day` of what was earned.
    Until `grace_minutes` after the due date nothing is taken; after that the days count from the due date itself.
    """

    due: datetime
    timezone: str
    policy: Literal["zero", "per-day", "none"] = "zero"
    grace_minutes: Annotated[float, Field(ge=0, le=525_600)] = 0.0
    penalty_per_day: Annotated[float, Field(gt=0, le=1)] = 0.1

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone is called {name!r}; an example is Europe/Berlin") from error
        return name

    @field_validator("due")
    @classmethod
    def _on_the_local_clock(cls, due: datetime) -> datetime:
        if due.tzinfo is not None:
            raise ValueError("write the due date as the clock shows it, without an offset; `timezone` says where")
        return due

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def deadline(self) -> datetime:
        """The due date as a moment; the later one where clocks are set back over it, in the student's favour."""
        return max((self.due.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1)), key=datetime.timestamp)


class Option(_Table):
    """A setting that the command line can give for one run, as `--name`. With `file`, its value is the path of one.

    `values` and `gpu_values` are regular expressions: of what can be given, and of what needs a GPU.
    """

    help: Name
    file: bool = False
    values: str = ".*"
    gpu_values: str | None = None

    def needs_gpu(self, value: object) -> bool:
        return self.gpu_values is not None and re.fullmatch(self.gpu_values, str(value)) is not None


def check_settings(settings: Mapping[str, object], options: Mapping[str, Option]) -> None:
    """Raise ValueError for a value that is not one of its option's."""
    for name, value in settings.items():
        if name in options and not re.fullmatch(options[name].values, str(value)):
            raise ValueError(f"unknown {name} {value!r}. {options[name].help}")


class Rubric(_Table):
    """A whole rubric.toml."""

    schema_version: Literal["1.0"]
    assignment: Name
    title: Name
    late: Late
    imports: Imports = Imports()
    files: tuple[FileName, ...] = ()  # that a hand-in may have beside the modules
    install: dict[str, str] = {}  # package -> the command that installs it, where `pip install` is not the best
    ready: dict[str, tuple[str, ...]] = {}  # file or module.CONSTANT -> words that belong in it before it is handed in
    settings: dict[str, float | int | str | bool] = {}
    option: dict[Identifier, Option] = {}
    oracle: tuple[Oracle, ...] = ()
    exercise: Annotated[tuple[Exercise, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        for what, names in (
            ("exercise", [exercise.id for exercise in self.exercise]),
            ("module", [exercise.module for exercise in self.exercise]),
            ("file name", [exercise.file.rpartition("/")[2] for exercise in self.exercise]),
            ("oracle", [oracle.name for oracle in self.oracle]),
            ("point", [point.id for point in self.points]),
        ):
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"{what} {min(twice)} is duplicated")
        return self

    @model_validator(mode="after")
    def _settings_are_allowed(self) -> Self:
        check_settings(self.settings, self.option)
        return self

    @cached_property
    def points(self) -> tuple[Point, ...]:
        return tuple(point for exercise in self.exercise for point in exercise.point)

    @property
    def max_score(self) -> float:
        return sum(point.max for point in self.points)

    def exercises_run(self, points: Collection[str]) -> list[Exercise]:
        """The exercises whose code is run to judge these points; none is for a person's."""
        run = {point.id for point in self.points if point.kind != PERSON}.intersection(points)
        return [exercise for exercise in self.exercise if any(point.id in run for point in exercise.point)]

    def point(self, name: str) -> Point:
        """One point. Raises KeyError for a point that does not exist."""
        point = next((point for point in self.points if point.id == name), None)
        if point is None:
            raise KeyError(name)
        return point

    def exercise_of(self, point: str) -> Exercise:
        """The exercise that a point belongs to. Raises KeyError for a point that does not exist."""
        for exercise in self.exercise:
            if any(item.id == point for item in exercise.point):
                return exercise
        raise KeyError(point)


_KEYS = {key for table in (Point, Oracle, Exercise, Imports, Late, Option, Rubric) for key in table.model_fields}


def select(rubric: Rubric, exercises: Collection[str], points: Collection[str]) -> frozenset[str]:
    """The points that some exercises and some single points come to; all, if neither is named. Raises UsageError."""
    points_of = {exercise.id: [point.id for point in exercise.point] for exercise in rubric.exercise}
    for name in exercises:
        if name not in points_of:
            raise UsageError(f"there is no exercise {name}; there are {', '.join(points_of)}.")
    every = [point.id for point in rubric.points]
    for name in points:
        if name not in every:
            raise UsageError(f"there is no point {name}; `grader points` lists them: {', '.join(every)}.")
    chosen = {*points, *(point for name in exercises for point in points_of[name])}
    return frozenset(chosen or every)


def load_rubric(path: Path) -> Rubric:
    """Read and validate one rubric. Raises RubricError."""
    return parse_rubric(read_rubric(path), str(path))


def read_rubric(path: Path) -> str:
    """A rubric's text. Raises RubricError."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RubricError(f"{path}: the rubric cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise RubricError(f"{path}, line {line}: the rubric cannot be read (it is not UTF-8).") from error


def parse_rubric(text: str, what: str) -> Rubric:
    """The rubric that a text says; `what` names its source in messages. Raises RubricError."""
    try:
        return Rubric.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RubricError(f"{what}: this is not TOML: {error}") from error
    except ValidationError as error:
        location, sentence = error.errors()[0]["loc"], first_mistake(error, _KEYS)
        line = line_of(text, location) if location else last_mention(text, sentence)
        raise RubricError(f"{what}, line {line}: {sentence}") from error
