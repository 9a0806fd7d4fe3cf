"""Is a folder ready to hand in? Read, not run: what is there, what is not begun, what is not allowed.

What the rubric's table `[ready]` names has to be mentioned: in a file, or in the value of a module's constant.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import OutputError
from grader.load.static_checks import inspect, parse
from grader.load.submission import load, packed
from grader.model import Submission, module_file
from grader.rubric import Assignment, Exercise


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at, and what there is to say about it."""

    ready: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Readiness:
    submission: Submission
    items: tuple[Item, ...]

    @property
    def ready(self) -> bool:
        return all(item.ready for item in self.items)

    @property
    def conclusion(self) -> str:
        open_items = sum(not item.ready for item in self.items)
        if not open_items:
            return "Ready to hand in. Whether the answers are right, `pytest` says."
        return f"{open_items} of {len(self.items)} things are open. You can hand in all the same; they cost points."


def examine(assignment: Assignment, folder: Path) -> Readiness:
    """Looks at a folder without running anything in it. Raises SubmissionError where there is nothing to look at."""
    rubric = assignment.rubric
    submission = load(folder, assignment.expected)
    items = [_exercise(submission, exercise, assignment) for exercise in rubric.exercise]
    items += [_mentioned(submission, place, words) for place, words in rubric.ready.items()]
    items += [Item(False, note) for note in submission.notes]
    return Readiness(submission, tuple(items))


def pack(submission: Submission, archive: Path) -> None:
    """Writes the files that are read of a hand-in, and nothing else, into a zip. Raises OutputError."""
    try:
        archive.write_bytes(packed(submission.files))
    except OSError as error:
        raise OutputError(f"{archive}: cannot be written there ({error.strerror}).") from error


def _exercise(submission: Submission, exercise: Exercise, assignment: Assignment) -> Item:
    """The file is there, can be read, imports what it may, has every function, and each is begun."""
    path = exercise.file
    findings = inspect(submission, exercise, assignment.rubric, assignment.sources("given"))
    if findings:
        return Item(False, " ".join(dict.fromkeys(finding.message for finding in findings.values())))
    tree = parse(submission.files[path], path)
    assert isinstance(tree, ast.Module)  # else there were findings
    line = next((node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_breakpoint(node)), None)
    if line is not None:
        return Item(False, f"{path}:{line} has a breakpoint() in it. Remove it: with it the whole exercise scores 0.")
    names = [name for name in exercise.signatures if _is_stub(tree, name)]
    if names:
        return Item(False, f"{path}: not begun: {', '.join(names)}.")
    return Item(True, f"{path} has all its functions, and imports what it may.")


def _is_breakpoint(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "breakpoint"


def _is_stub(tree: ast.Module, name: str) -> bool:
    """Whether the function does nothing but raise NotImplementedError, as it was handed out."""
    function = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name), None)
    if function is None:
        return False
    body = [node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.dump(body[0])


def _mentioned(submission: Submission, place: str, words: tuple[str, ...]) -> Item:
    """Whether a file, or a module's constant, says something about each of `words`."""
    text = _constant(submission, place) if module_file(place.rpartition(".")[0]) in submission.files else None
    if text is None and place in submission.files:
        lines = submission.files[place].decode("utf-8", "replace").splitlines()
        text = "\n".join(line for line in lines if not line.startswith("#"))  # headings are handed out
    if text is None:
        return Item(False, f"{place} was not found, or cannot be read without running it.")
    missing = [word for word in words if word.lower() not in text.lower()]
    if missing:
        return Item(False, f"{place} says nothing about {', '.join(missing)}.")
    return Item(True, f"{place} is complete.")


def _constant(submission: Submission, place: str) -> str | None:
    """The text of the value that a module gives a name; None where it is computed, or not there."""
    module, _, name = place.rpartition(".")
    tree = parse(submission.files[module_file(module)], module_file(module))
    values = list(_values(tree, name)) if isinstance(tree, ast.Module) else []
    try:
        return repr(ast.literal_eval(values[-1])) if values else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ast.unparse(values[-1])


def _values(tree: ast.Module, name: str) -> Iterator[Any]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=own)], value=value) if own == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=own), value=ast.expr() as value) if own == name:
                yield value
