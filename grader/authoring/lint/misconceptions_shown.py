"""The misconceptions that an assignment names, and those among them that no answer of its gallery shows."""

import ast
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.authoring.gallery import Case
from grader.authoring.lint.remark import Remark


def unshown(assignment: Assignment, cases: Sequence[Case], diagnoses: Collection[str]) -> Iterator[Remark]:
    """One remark for each that is neither in `diagnoses`, those of what was graded, nor expected anywhere."""
    shown = {*diagnoses} | {diagnosis for case in cases for diagnosis in case.expected.diagnoses.values() if diagnosis}
    for name, (path, line) in places(assignment).items():
        if name not in shown:
            yield Remark(path, line, f"no answer of the gallery shows the misconception {name!r}: add one to wrong/.")


def places(assignment: Assignment) -> dict[str, tuple[Path, int]]:
    """Where the assignment's own files name a misconception first, by its id."""
    place_by_name: dict[str, tuple[Path, int]] = {}
    for path in assignment.own_files:
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError:
            continue  # which reading has told
        for line, name in _named(tree):
            place_by_name.setdefault(name, (path, line))
    return place_by_name


def _named(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The ids given as texts to `Misconception`, or to a function that makes one of its own argument."""
    makers = {"Misconception": 0, **_makers(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _called(node)) in makers and len(node.args) > makers[name]:
            argument = node.args[makers[name]]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield node.lineno, argument.value


def _makers(tree: ast.Module) -> dict[str, int]:
    """A function that hands one of its parameters on as the id -> which one."""
    makers = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            parameters = [argument.arg for argument in function.args.args]
            for node in ast.walk(function):
                match node:
                    case ast.Call(args=[ast.Name(id=name), *_]) if _called(node) == "Misconception":
                        if name in parameters:
                            makers[function.name] = parameters.index(name)
    return makers


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(value=ast.Name(id=name)):
            return name
        case _:
            return ""
