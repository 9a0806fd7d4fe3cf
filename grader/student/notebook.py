"""`%load_ext grader` and `%grade 2` in Jupyter or Colab: functions defined in cells, judged as everywhere.

The cells are read, not run: of what was executed, the newest definition of each name counts, and what an exercise's
functions need is put together into the file that would have been handed in. Constants that an exercise asks for by
value, such as figures that were measured, have the value that the notebook has now, however it came about.
"""

import ast
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from rich.console import Console

from grader.assignment_folder import Assignment, load_assignment
from grader.errors import UsageError
from grader.model import Submission
from grader.pipeline import GradingSession
from grader.report.student_summary import PRACTICE_SEED, print_progress
from grader.rubric import Exercise
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import PointScore
from grader.settings import RunSettings
from grader.student.trial import first_trial
from grader.suite.missing_packages import require

WIDTH = 100  # characters of a line in an output cell
NO_VALUES: Mapping[str, Any] = {}
_EXECUTING = ("time", "capture", "prun")  # magics that execute the cell below them where all cells are


def register(shell: Any) -> None:
    """Give the notebook `%grade`."""
    shell.register_magic_function(lambda line: grade(line, shell), magic_kind="line", magic_name="grade")


def grade(line: str, shell: Any) -> None:
    """`%grade 2` judges exercise 2, `%grade 2.1` one point, `%grade` all that is begun; prints what pytest would."""
    assignment = load_assignment()
    try:
        submission = from_cells(list(shell.user_ns.get("In", [])), assignment, shell.user_ns)
        settings = _settings(line.replace(",", " ").split(), assignment, submission)
        with GradingSession(assignment, settings) as session:
            require(assignment.rubric, session.selected)
            report = session.grade(submission)
    except UsageError as error:
        print(error)
        return
    print_progress(report, Console(width=WIDTH, force_jupyter=False), selection=True, commands=_magics)
    trial = first_trial(report, assignment.rubric)
    if trial is not None:
        lines = [line for line in trial.lines.splitlines() if not line.startswith(f"from {trial.module} ")]
        print("\nTo try that input in a cell:\n", *lines, sep="\n")


def _magics(point: PointScore) -> list[tuple[str, str]]:
    """What to type in a cell about a point."""
    return [
        (f"%grade {point.id}", "judges it alone"),
        (f"!grader explain {point.id}", "says how it is judged, with hints"),
    ]


def _settings(arguments: Sequence[str], assignment: Assignment, submission: Submission) -> RunSettings:
    """The points that the line names; without one, those of the exercises that have a function in a cell."""
    exercises = {exercise.module: exercise.id for exercise in assignment.rubric.exercise}
    names = [exercises.get(name, name) for name in arguments]
    points = tuple(name for name in names if name not in exercises.values())
    chosen = tuple(name for name in names if name in exercises.values())
    for exercise in assignment.rubric.exercise:
        if exercise.id in chosen and exercise.file not in submission.files:
            raise UsageError(_nothing_of(exercise.signatures, f" of exercise {exercise.id}"))
    if not arguments:
        chosen = tuple(exercise.id for exercise in assignment.rubric.exercise if exercise.file in submission.files)
    return RunSettings(SandboxSettings("process"), PRACTICE_SEED, chosen, points)


def from_cells(cells: Sequence[str], assignment: Assignment, values: Mapping[str, Any] = NO_VALUES) -> Submission:
    """The hand-in that executed cells amount to, with what the notebook's names are now. Raises UsageError where none
    of the exercises is in them."""
    statements = list(_statements(cells))
    files = {}
    for exercise in assignment.rubric.exercise:
        allowed = {*assignment.rubric.imports.always, *exercise.imports}
        stars = {place for place, statement in enumerate(statements) if _imports_all(statement, allowed)}
        source = _module(statements, exercise, dict(_constants(exercise, values)), stars)
        if source:
            files[exercise.file] = source.encode()
    if not files:
        names = [name for exercise in assignment.rubric.exercise for name in exercise.signatures]
        raise UsageError(_nothing_of(names, " of the assignment"))
    return Submission("notebook", files, sha256(b"".join(files.values())).hexdigest())


def _nothing_of(names: Iterable[str], whose: str) -> str:
    return f"No function{whose} was defined in a cell yet: {', '.join(names)}."


def _statements(cells: Sequence[str]) -> Iterator[ast.stmt]:
    """What stood at the top level of the cells, in the order in which they were executed."""
    for cell in cells:
        try:
            body = ast.parse(cell).body
        except (SyntaxError, ValueError):  # that cell was not executed either
            continue
        for statement in body:
            inner = _cell_below_magic(statement)
            yield from [statement] if inner is None else _statements([inner])


def _cell_below_magic(statement: ast.stmt) -> str | None:
    """The cell below %%time and its like, which is executed as any other; IPython keeps it as a text."""
    match statement:
        case ast.Expr(
            ast.Call(
                func=ast.Attribute(attr="run_cell_magic"),
                args=[ast.Constant(value=magic), _, ast.Constant(value=str() as cell)],
            )
        ) if magic in _EXECUTING:
            return cell
    return None


def _constants(exercise: Exercise, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, line of source) of the exercise's constants that are plain data now."""
    for name in exercise.constants:
        if name in values:
            try:
                yield name, f"{name} = {_plain(values[name])!r}"
            except (ValueError, TypeError, RuntimeError):  # also of an array, and of a list that contains itself
                continue


def _plain(value: Any) -> Any:
    """Dicts, lists, tuples, texts and numbers, NumPy's and torch's as Python's own. Raises ValueError for others."""
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value)) if type(value) in (list, tuple) else [_plain(item) for item in value]
    if isinstance(value, str | bool | int) or value is None:
        return value
    number = float(value.item() if hasattr(value, "item") else value) if not isinstance(value, complex) else math.nan
    if not math.isfinite(number):
        raise ValueError("no finite number")
    return number


def _module(
    statements: Sequence[ast.stmt], exercise: Exercise, constants: Mapping[str, str], stars: Collection[int]
) -> str:
    """The source of one exercise: its functions and constants, and all that they need, in their order.

    `stars` are the places of statements that any name may come from.
    """
    newest = {name: place for place, statement in enumerate(statements) for name in _bound(statement)}
    if not any(name in newest for name in exercise.signatures):
        return ""
    names = (*exercise.signatures, *exercise.constants)
    waiting = [name for name in names if name in newest and name not in constants]
    needed = set(stars)
    while waiting:
        place = newest[waiting.pop()]
        if place not in needed:
            needed.add(place)
            waiting += [name for name in _loaded(statements[place]) if name in newest]
    return "\n\n\n".join([*(ast.unparse(statements[place]) for place in sorted(needed)), *constants.values()]) + "\n"


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
        case ast.Assign(targets=targets):
            yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            yield name
        case _:
            return


def _imports_all(statement: ast.stmt, allowed: Collection[str]) -> bool:
    """Whether this is `from sympy import *`, of one of the allowed packages."""
    match statement:
        case ast.ImportFrom(module=str() as module, names=[ast.alias(name="*")]):
            return module.partition(".")[0] in allowed
    return False


def _loaded(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement looks up, now or when it is called."""
    yield from (
        node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
