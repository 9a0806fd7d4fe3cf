"""Is a folder ready to hand in? Read, not run: what is there, what is not begun, what is not allowed.

What the rubric's table `[ready]` names has to be mentioned: in a file, or in the value of a module's constant.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment_folder import Assignment
from grader.errors import OutputError
from grader.load.static_checks import inspect
from grader.load.submission import load, packed
from grader.load.syntax import parse
from grader.model import Outcome, Submission, module_file
from grader.rubric import Exercise
from grader.student.older_pythons import MAY_BE_OLDER, with_notes


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at, and what there is to say about it. With `decides`, it costs nothing by itself: a
    person decides."""

    ready: bool
    sentence: str
    decides: bool = False


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
        if all(item.ready or item.decides for item in self.items):
            what = "1 thing is" if open_items == 1 else f"{open_items} things are"
            return f"{what} open. You can hand in all the same; a person then decides about it."
        are, they = ("is", "it costs") if open_items == 1 else ("are", "they cost")
        return f"{open_items} of {len(self.items)} things {are} open. You can hand in all the same; {they} points."


def examine(assignment: Assignment, folder: Path, archive: Path | None = None) -> Readiness:
    """Look at a folder without running anything in it, and not at `archive`, which is about to be written.

    Raises SubmissionError where there is nothing to look at.
    """
    rubric = assignment.rubric
    submission = with_notes(load(folder, assignment.expected, hidden=archive))
    items = [_exercise(submission, exercise, assignment) for exercise in rubric.exercise]
    items += [_mentioned(submission, place, words) for place, words in rubric.ready.items()]
    sentences = " ".join(item.sentence for item in items)
    items += [
        Item(False, f"{note}.", note.endswith(MAY_BE_OLDER)) for note in submission.notes if note not in sentences
    ]
    return Readiness(submission, tuple(items))


def pack(submission: Submission, archive: Path) -> None:
    """Write the files that are read of a hand-in, and nothing else, into a zip. Raises OutputError."""
    try:
        archive.write_bytes(packed(submission.files))
    except OSError as error:
        raise OutputError(f"{archive}: cannot be written ({error.strerror}).") from error


def _exercise(submission: Submission, exercise: Exercise, assignment: Assignment) -> Item:
    """The file is there, can be read, imports what it may, has every function, and each is begun."""
    path = exercise.file
    findings = inspect(submission, exercise, assignment.rubric, assignment.sources("given"))
    if findings:
        decides = all(finding.outcome is Outcome.REVIEW for finding in findings.values())
        return Item(False, " ".join(dict.fromkeys(finding.message for finding in findings.values())), decides)
    tree = parse(submission.files[path], path)
    assert isinstance(tree, ast.Module)  # else there were findings
    problems = [*_left_in(tree, path), *_unfinished(tree, exercise)]
    if problems:
        return Item(False, " ".join(problems))
    return Item(True, f"{path} has all its functions, and imports what it may.")


# Calls that nobody answers where a hand-in is judged.
_LEFT_IN = {
    "breakpoint": "Remove it: with it the whole exercise scores 0.",
    "input": "Remove it: all values arrive as arguments.",
    "exit": "Remove it: it ends the program that asks your functions.",
    "quit": "Remove it: it ends the program that asks your functions.",
}


def _left_in(tree: ast.Module, path: str) -> Iterator[str]:
    """A sentence for each kind of call that must not be in a hand-in, and for an import that leads nowhere."""
    reported: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _LEFT_IN and name not in reported:
                reported.add(name)
                yield f"{path}:{node.lineno} has {name}() in it. {_LEFT_IN[name]}"
            case ast.ImportFrom(level=level) if level and "/" not in path and "." not in reported:
                reported.add(".")
                yield f"{path}:{node.lineno} has a relative import, which fails. Leave the dot out."


def _unfinished(tree: ast.Module, exercise: Exercise) -> Iterator[str]:
    """What of the exercise's functions is not begun, not finished, or cannot be called as it will be."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    definitions = {name: functions[name] for name in exercise.signatures if name in functions}
    stubs = [name for name, function in definitions.items() if _ends_in_a_stub(function) and len(_body(function)) == 1]
    if stubs:
        yield f"{exercise.file}: not begun: {', '.join(stubs)}."
    for name, function in definitions.items():
        if name not in stubs and _ends_in_a_stub(function):
            yield f"{exercise.file}:{function.body[-1].lineno}: {name} still raises NotImplementedError at its end."
        if not _takes(function, exercise.signatures[name]):
            call = f"{name}({', '.join(argument.arg for argument in function.args.args)})"
            yield f"{exercise.file}:{function.lineno}: expected {exercise.signatures[name]}, found {call}."


def _body(function: ast.FunctionDef) -> list[ast.stmt]:
    return [node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]


def _ends_in_a_stub(function: ast.FunctionDef) -> bool:
    """Whether the function's last statement raises NotImplementedError, as it was handed out."""
    last = function.body[-1]
    return isinstance(last, ast.Raise) and "NotImplementedError" in ast.dump(last)


def _takes(function: ast.FunctionDef, signature: str) -> bool:
    """Whether as many arguments as the signature has can be given by their places."""
    arguments, expected = function.args, signature.partition("(")[2].partition(")")[0]
    count = len([name for name in expected.split(",") if name.strip()])
    positional = len(arguments.posonlyargs) + len(arguments.args)
    required = sum(default is None for default in arguments.kw_defaults)
    return (
        not required
        and positional - len(arguments.defaults) <= count
        and (arguments.vararg is not None or count <= positional)
    )


def _mentioned(submission: Submission, place: str, words: tuple[str, ...]) -> Item:
    """Whether a file, or a module's constant, says something about each of `words`."""
    text = _constant(submission, place) if module_file(place.rpartition(".")[0]) in submission.files else None
    if text is None and place in submission.files:
        lines = submission.files[place].decode("utf-8", "replace").splitlines()
        text = "\n".join(line for line in lines if not line.startswith("#"))  # headings are handed out
    if text is None:
        is_constant = module_file(place.rpartition(".")[0]) in submission.files
        where = ", or cannot be read without running it" if is_constant else " in this folder"
        return Item(False, f"{place} was not found{where}.")
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
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                yield value
