"""What reading an assignment shows: points and checks that do not fit, texts, imports, what students begin with."""

import ast
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from grader import BUILT_IN
from grader.assignment_folder import BESIDE_THE_CHECKS, Assignment, template_of
from grader.authoring.gallery import SIDES, Case, gallery_of, reference_of
from grader.authoring.lint.remark import Remark, at_exercise, at_point
from grader.authoring.lint.texts import texts
from grader.rubric import Exercise
from grader.suite.runner import CheckPlace

ALLOWED = ("grader.api", "grader.oracles")
TRAVELS = {"bounded": ("grader.oracles",), "harness": ("grader.oracles",), "given": ()}  # what is there where they run


def read(assignment: Assignment, checks: Sequence[CheckPlace], cases: Sequence[Case]) -> Iterator[Remark]:
    """All that reading shows; `checks` and `cases` are all that the assignment has."""
    yield from points_and_checks(assignment, checks)
    yield from texts(assignment)
    yield from imports(assignment)
    yield from folders(assignment, cases)
    yield from template(assignment)
    yield from expectations(assignment, cases)


def points_and_checks(assignment: Assignment, checks: Sequence[CheckPlace]) -> Iterator[Remark]:
    """A point or part without its one check, a check without its point, a check without a sentence for the student."""
    parts = {(point.id, part) for point in assignment.rubric.points for part in (point.parts or (None,))}
    for point, part in sorted(parts, key=str):
        own_checks = [check for check in checks if (check.point, check.part) == (point, part)]
        mark = f'@points("{point}")' if part is None else f'@points("{point}", part="{part}")'
        if not own_checks:
            yield at_point(assignment, point, f"point {point} has no check: mark one with {mark}.")
        for check in own_checks[1:]:
            yield Remark(
                _path(assignment, check),
                check.line,
                f"{check.name} decides {point} as {own_checks[0].name} does: one check for each part.",
            )
    for check in checks:
        path = _path(assignment, check)
        if (check.point, check.part) not in parts:
            what = f"part {check.part!r} of point {check.point}" if check.part else f"point {check.point} without parts"
            yield Remark(path, check.line, f"{check.name} decides {what}, which the rubric does not have.")
        if not check.sentence:
            yield Remark(
                path,
                check.line,
                f"{check.name} has no docstring: students read it in `grader explain`.",
            )
    yield from _alike(assignment, checks)


def _alike(assignment: Assignment, checks: Sequence[CheckPlace]) -> Iterator[Remark]:
    """Two checks of which a student reads the same; one that is run for several parts is one check."""
    first: dict[str, CheckPlace] = {}
    for check in checks:
        other = first.setdefault(check.sentence, check) if check.sentence else check
        if (other.file, other.name.partition("[")[0]) != (check.file, check.name.partition("[")[0]):
            yield Remark(
                _path(assignment, check),
                check.line,
                f"{check.name} has the docstring of {other.name}: say what a student can tell them apart by.",
            )


def _path(assignment: Assignment, check: CheckPlace) -> Path:
    """A check's file as the person named the assignment; pytest gives it from the root."""
    return assignment.folder / check.file.relative_to(assignment.folder.resolve())


def imports(assignment: Assignment) -> Iterator[Remark]:
    """What the assignment's own files import of the grader beyond what is promised to stay."""
    for path in assignment.own_files:
        folder = path.relative_to(assignment.folder).parts[0]
        allowed = TRAVELS.get(folder, ALLOWED)
        built_in = ("grader.assignment",) if assignment.folder == BUILT_IN and folder not in TRAVELS else ()
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError as error:
            yield Remark(path, error.lineno, f"this is not valid Python: {error.msg}.")
            continue
        for line, name in _imported(tree):
            if name.partition(".")[0] == "grader" and not _within(name, (*allowed, *built_in)):
                may = " and ".join(allowed) or "nothing of the grader"
                yield Remark(path, line, f"{name} may change or be missing: files in here may import {may}.")


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module="grader", level=0, names=names):
                yield from ((node.lineno, f"grader.{alias.name}") for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module


def _within(name: str, roots: Collection[str]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def folders(assignment: Assignment, cases: Sequence[Case]) -> Iterator[Remark]:
    """What an assignment is tried on has to be there, and must not travel to students."""
    reference, gallery = reference_of(assignment.folder), gallery_of(assignment.folder)
    if not reference.is_dir():
        yield Remark(reference, None, "there is no reference: a folder with every module solved.")
    for side in SIDES:
        if not any(case.side == side for case in cases):
            yield Remark(
                gallery / side, None, f"there is no {side} answer: a folder with modules and an expected.json."
            )
    for name in sorted(BESIDE_THE_CHECKS):
        package = assignment.folder / name / "__init__.py"
        if package.is_file():
            yield Remark(
                package, 1, f"as a package, {name} would be handed out to students with the checks: remove it."
            )


def template(assignment: Assignment) -> Iterator[Remark]:
    """What students begin with has each module, with each function and constant that the rubric names."""
    folder = template_of(assignment.folder)
    if not (folder / "pytest.ini").is_file():
        yield Remark(folder, None, "there is no pytest.ini: `grader new` writes one, and `grader handout` needs it.")
    for exercise in assignment.rubric.exercise:
        for where in (folder, reference_of(assignment.folder)):
            if where.is_dir():
                yield from _module(assignment, exercise, where / exercise.file)


def _module(assignment: Assignment, exercise: Exercise, path: Path) -> Iterator[Remark]:
    if not path.is_file():
        yield at_exercise(assignment, exercise.id, f"{path} is missing: it is the module of exercise {exercise.id}.")
        return
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError as error:
        yield Remark(path, error.lineno, f"this is not valid Python: {error.msg}.")
        return
    defined = set(_defined(tree.body))
    for name in (*exercise.signatures, *exercise.constants):
        if name not in defined:
            yield Remark(path, 1, f"{name} is missing: the rubric asks for it in exercise {exercise.id}.")


def _defined(body: Sequence[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)


def expectations(assignment: Assignment, cases: Sequence[Case]) -> Iterator[Remark]:
    """That a gallery's expectations are about points that there are, and that a wrong answer loses something."""
    rubric = assignment.rubric
    for case in cases:
        unknown = [
            name for name in case.expected.exercises if name not in {exercise.id for exercise in rubric.exercise}
        ]
        if unknown:
            yield Remark(case.file, 1, f"there is no exercise {unknown[0]}.")
            continue
        maxima = {
            point.id: point.max
            for exercise in rubric.exercise
            if exercise.id in case.expected.exercises
            for point in exercise.point
        }
        named = {*case.expected.points, *case.expected.outcomes, *case.expected.diagnoses}
        for name in sorted(named - maxima.keys()):
            yield Remark(case.file, 1, f"{name} is not a point of exercise {', '.join(case.expected.exercises)}.")
        for name in sorted(maxima.keys() - case.expected.points.keys()):
            yield Remark(case.file, 1, f"it does not say what the answer scores at {name}.")
        full = all(case.expected.points.get(name, 0) >= most for name, most in maxima.items())
        if case.side == "wrong" and full and not case.expected.outcomes:
            yield Remark(case.file, 1, "it expects a wrong answer to lose nothing: at which point should it be caught?")
