"""What a point asks, how it is judged, and hints in steps: the texts of an assignment's `explain.toml`.

    [kind]                    # said of every point of that kind
    numerical = "..."

    [[point]]
    ids = ["3.4"]
    functions = ["dloss_dx1"]  # all of the exercise's, where this is left out
    kind = "..."               # where the text of another kind fits this point better
    asks = "..."
    judged = "... to {comparison.DOUBLE.rtol:g} ..."
    hints = ["a nudge", "a plan"]

Numbers are not repeated there but named: {module.NAME} is a constant of that module of the assignment's oracles or
checks, read without importing it, and {settings.name} one of the rubric's settings.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from grader import oracles
from grader.assignment_folder import Assignment
from grader.errors import SuiteError, UsageError
from grader.rubric import Exercise, Point
from grader.suite.runner import list_checks
from grader.validation_sentences import first_mistake

TEXTS = "explain.toml"
_NAMED = re.compile(r"\{([A-Za-z_][\w.]*)(:[^{}]*)?\}")


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say about one point. `functions` are the signatures of what is written for it."""

    point: Point
    functions: tuple[str, ...]
    asks: str
    judged: tuple[str, ...]
    hints: tuple[str, ...]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    ids: tuple[str, ...]
    asks: str
    judged: str
    hints: tuple[str, ...] = ()
    functions: tuple[str, ...] | None = None
    kind: str | None = None


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: dict[str, str] = {}
    point: tuple[_Entry, ...]


def explain(assignment: Assignment, point: str) -> Explanation:
    """The explanation of one point. Raises UsageError where there is no such point, or nothing is said about it."""
    points = {item.id: item for item in assignment.rubric.points}
    if point not in points:
        near = [item for item in points if item.startswith(f"{point}.")] or points
        raise UsageError(f"there is no point {point} (choose from {', '.join(near)}).")
    texts = _read(assignment)
    entry = next((entry for entry in texts.point if point in entry.ids), None)
    if entry is None:
        raise UsageError(f"{assignment.folder / TEXTS}: nothing is said about point {point}.")
    named = {
        **_constants(assignment),
        **{f"settings.{key}": value for key, value in assignment.rubric.settings.items()},
    }
    kind = texts.kind.get(entry.kind or points[point].kind)
    judged = (entry.judged, *([kind] if kind else []))
    return Explanation(
        point=points[point],
        functions=_signatures(assignment.rubric.exercise_of(point), entry.functions),
        asks=_filled(entry.asks, named),
        judged=tuple(_filled(text, named) for text in judged),
        hints=tuple(_filled(text, named) for text in entry.hints),
    )


def checked(assignment: Assignment, point: str) -> list[str]:
    """The docstrings of a point's checks, with the parts that they decide; none where the checks cannot be loaded."""
    try:
        checks = [check for check in list_checks(assignment) if check.point == point and check.sentence]
    except SuiteError:
        return []
    parts: dict[str, list[str]] = {}
    for check in checks:
        parts.setdefault(check.sentence, []).extend([check.part] if check.part else [])
    return [f"{', '.join(names)}: {sentence}" if names else sentence for sentence, names in parts.items()]


def _signatures(exercise: Exercise, names: Sequence[str] | None) -> tuple[str, ...]:
    """The signatures of a point's functions; of all of the exercise's, where the texts name none."""
    return exercise.functions if names is None else tuple(exercise.signatures[name] for name in names)


def _read(assignment: Assignment) -> _Texts:
    path = assignment.folder / TEXTS
    try:
        return _Texts.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: this assignment has no explanations.") from error
    except ValidationError as error:
        keys = {*_Texts.model_fields, *_Entry.model_fields}
        raise UsageError(f"{path}: the explanations cannot be read ({first_mistake(error, keys)}).") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: the explanations cannot be read ({error}).") from error


def _filled(text: str, named: Mapping[str, Any]) -> str:
    """`text` with every number that it names. Raises UsageError for a name that stands nowhere."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in named:
            raise UsageError(
                f"{TEXTS}: {match[0]} is neither a constant of the assignment or of the library "
                "nor a setting of the rubric."
            )
        return format(named[match[1]], (match[2] or ":")[1:])

    return _NAMED.sub(value, text)


def _constants(assignment: Assignment) -> dict[str, Any]:
    """What the library of oracles states in plain sight, and what the assignment does."""
    return {**_of_the_library(), **_stated(assignment.own_files)}


@cache
def _of_the_library() -> dict[str, Any]:
    """The same for every point, and a hundred times as much as an assignment's own."""
    return _stated(sorted(Path(oracles.__file__).parent.rglob("*.py")))


def _stated(paths: Iterable[Path]) -> dict[str, Any]:
    """module.NAME -> value, for what these files state in plain sight; .field behind it for a keyword."""
    constants: dict[str, Any] = {}
    for path in paths:
        module = path.stem
        for name, value in _assignments(_parsed(path)):
            fields = value.keywords if isinstance(value, ast.Call) else []
            for key, part in [(name, value), *((f"{name}.{field.arg}", field.value) for field in fields)]:
                try:
                    constants[f"{module}.{key}"] = ast.literal_eval(part)
                except ValueError:
                    continue  # computed: not in plain sight
    return constants


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except SyntaxError as error:
        raise UsageError(f"{path}, line {error.lineno}: this is not valid Python: {error.msg}.") from error


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                yield name, value
