"""`%load_ext grader` and `%grade 2` in Jupyter or Colab: functions defined in cells, judged as everywhere.

The cells are read, not run: of what was executed, the newest definition of each name counts, and what an exercise's
functions and constants need is put together into the file that would have been handed in.
"""

import ast
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from rich.console import Console

from grader.errors import UsageError
from grader.model import Submission
from grader.pipeline import GradingSession
from grader.report.student_summary import PRACTICE_SEED, print_progress
from grader.rubric import Assignment, Exercise, load_assignment
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite.missing_packages import require

WIDTH = 100  # characters of a line in an output cell


def register(shell: Any) -> None:
    """Gives the notebook `%grade`."""
    shell.register_magic_function(lambda line: grade(line, shell), magic_kind="line", magic_name="grade")


def grade(line: str, shell: Any) -> None:
    """`%grade 2` judges exercise 2, `%grade 2.1` one point, `%grade` all that is begun; prints what pytest would."""
    assignment = load_assignment()
    try:
        submission = from_cells(list(shell.user_ns.get("In", [])), assignment)
        settings = _settings(line.split(), assignment, submission)
        with GradingSession(assignment, settings) as session:
            require(assignment.rubric, session.selected)
            report = session.grade(submission)
    except UsageError as error:
        print(error)
        return
    print_progress(report, Console(width=WIDTH, force_jupyter=False), selection=True)


def _settings(wanted: Sequence[str], assignment: Assignment, submission: Submission) -> RunSettings:
    """The points that the line names; without one, those of the exercises that have a function in a cell."""
    exercises = {exercise.id for exercise in assignment.rubric.exercise}
    points = tuple(name for name in wanted if name not in exercises)
    chosen = tuple(name for name in wanted if name in exercises)
    if not wanted:
        chosen = tuple(own.id for own in assignment.rubric.exercise if own.file in submission.files)
    return RunSettings(SandboxSettings("process"), PRACTICE_SEED, chosen, points)


def from_cells(cells: Sequence[str], assignment: Assignment) -> Submission:
    """The hand-in that executed cells amount to. Raises UsageError where none of the exercises is in them."""
    statements = list(_statements(cells))
    files = {}
    for exercise in assignment.rubric.exercise:
        source = _module(statements, exercise)
        if source:
            files[exercise.file] = source.encode()
    if not files:
        names = [name for exercise in assignment.rubric.exercise for name in exercise.signatures]
        raise UsageError(f"No function of the assignment was defined in a cell yet: {', '.join(names)}.")
    return Submission("notebook", files, sha256(b"".join(files.values())).hexdigest())


def _statements(cells: Sequence[str]) -> Iterator[ast.stmt]:
    """What stood at the top level of the cells, in the order in which they were executed."""
    for cell in cells:
        try:
            yield from ast.parse(cell).body
        except (SyntaxError, ValueError):  # that cell was not executed either
            continue


def _module(statements: Sequence[ast.stmt], exercise: Exercise) -> str:
    """The source of one exercise: its functions and constants, and all that they need, in their order."""
    newest = {name: place for place, statement in enumerate(statements) for name in _bound(statement)}
    if not any(name in newest for name in exercise.signatures):
        return ""
    waiting = [name for name in (*exercise.signatures, *exercise.constants) if name in newest]
    needed: set[int] = set()
    while waiting:
        place = newest[waiting.pop()]
        if place not in needed:
            needed.add(place)
            waiting += [name for name in _loaded(statements[place]) if name in newest]
    return "\n\n\n".join(ast.unparse(statements[place]) for place in sorted(needed)) + "\n"


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


def _loaded(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement looks up, now or when it is called."""
    yield from (
        node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
