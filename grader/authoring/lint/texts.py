"""What is to be said of an assignment's explain.toml."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.assignment_folder import Assignment
from grader.authoring.lint.remark import Remark, at_point
from grader.errors import UsageError
from grader.student.explain import TEXTS, explain
from grader.toml_lines import line_of


def texts(assignment: Assignment) -> Iterator[Remark]:
    """Texts for points that there are not, points without texts, functions and numbers that there are not."""
    path = assignment.folder / TEXTS
    if not path.is_file():
        yield Remark(path, None, "there is none: `grader explain` has nothing to say about any point.")
        return
    content = path.read_text(encoding="utf-8")
    try:
        written = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        yield Remark(path, None, f"this is not TOML: {error}.")
        return
    entries: list[dict[str, Any]] = written.get("point", [])
    exercises = {point.id: assignment.rubric.exercise_of(point.id) for point in assignment.rubric.points}
    explained: set[str] = set()
    for index, entry in enumerate(entries):
        line = line_of(content, ("point", index))
        ids = [str(name) for name in entry.get("ids", [])]
        explained.update(ids)
        for name in ids:
            if name not in exercises:
                yield Remark(path, line, f"there is no point {name}: change the id, or remove the text.")
                continue
            for function in entry.get("functions", []):
                if function not in exercises[name].signatures:
                    yield Remark(path, line, f"exercise {exercises[name].id} has no function {function}.")
        yield from _readable(assignment, path, line, [name for name in ids if name in exercises][:1])
    kinds = {point.kind for point in assignment.rubric.points} | {entry.get("kind") for entry in entries}
    for kind in written.get("kind", {}):
        if kind not in kinds:
            yield Remark(path, line_of(content, ("kind", kind)), f"no point is of the kind {kind}: remove the text.")
    for name in exercises:
        if name not in explained:
            yield at_point(assignment, name, f"{TEXTS} says nothing about point {name}.")


def _readable(assignment: Assignment, path: Path, line: int, names: list[str]) -> Iterator[Remark]:
    for name in names:
        try:
            explain(assignment, name)
        except UsageError as error:
            yield Remark(path, line, str(error).removeprefix(f"{TEXTS}: "))
        except KeyError:
            pass  # a function that there is not: said by name
