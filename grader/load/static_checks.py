"""Inspect a submission's files without running them: syntax, forbidden imports, missing functions.

A finding stands for the whole module (under the name "") or for one function or constant of the contract.
"""

import difflib
import sys
from collections.abc import Iterator, Mapping

from grader.load.disguises import is_colab_export
from grader.load.module_facts import MAX_COMPARED, Facts, read
from grader.load.syntax import MAX_NAME, MODULE
from grader.model import Finding, Frame, Outcome, Submission
from grader.rubric import Exercise, Rubric
from grader.text import one_line

# Libraries that students reach for: nobody who imports one of these forgot to hand in a module of their own.
_LIBRARIES = frozenset(
    {"scipy", "matplotlib", "pandas", "sklearn", "tensorflow", "keras", "jax", "torchvision", "cv2", "PIL", "tqdm"}
    | {"seaborn", "numba", "autograd", "mpmath", "IPython", "requests", "skimage"}
)

NOTHING: Mapping[str, bytes] = {}

Findings = dict[str, Finding]


def inspect(
    submission: Submission, exercise: Exercise, rubric: Rubric, course_files: Mapping[str, bytes] = NOTHING
) -> Findings:
    """The findings on one exercise's module and on the modules beside it that it imports, the course's too."""
    path = exercise.file
    if path not in submission.files:
        return {"": Finding(Outcome.MISSING, _absence(submission, exercise))}
    if not submission.files[path].strip():
        return {"": Finding(Outcome.MISSING, f"{path} is empty. Is it saved?")}
    facts = read(submission.files[path], path)
    if isinstance(facts, Finding):
        return {"": facts}
    modules = importable_files(submission, rubric, course_files)
    forbidden = _forbidden_import(submission, exercise, rubric, modules, path, facts)
    if forbidden is not None:
        return {"": forbidden}
    return _missing_names(exercise, path, facts)


def importable_files(
    submission: Submission, rubric: Rubric, course_files: Mapping[str, bytes] = NOTHING
) -> dict[str, bytes]:
    """The Python files that a worker gets: the submission's, without those named like a standard or allowed package.

    A module of `course_files` is added where the submission has none of that path, or one that is of no use: it is
    empty, Python cannot read it, or it imports what no exercise may.
    """
    reserved = reserved_roots(rubric)
    handed_in = {
        path: content
        for path, content in submission.files.items()
        if path.endswith(".py") and path.partition("/")[0].removesuffix(".py") not in reserved
    }
    modules = {**course_files, **handed_in}
    for path in course_files.keys() & handed_in.keys():
        if not _is_usable(handed_in[path], path, modules, rubric):
            modules[path] = course_files[path]
    return modules


def _is_usable(source: bytes, path: str, modules: Mapping[str, bytes], rubric: Rubric) -> bool:
    """Whether one file can be read, is not empty, and imports only what some exercise may, or one of `modules`."""
    facts = read(source, path)
    if isinstance(facts, Finding) or (facts.bound == {} and not facts.imports):
        return False
    allowed = {*rubric.imports.always, *(root for exercise in rubric.exercise for root in exercise.imports)}
    roots = {inner.partition("/")[0].removesuffix(".py") for inner in modules}
    return all(name.partition(".")[0] in allowed | roots for _, name in facts.imports)


def reserved_roots(rubric: Rubric) -> frozenset[str]:
    """Names that a submission's own modules cannot have: there must be no doubt which numpy is meant."""
    third_party = {root for exercise in rubric.exercise for root in exercise.imports}
    ours = {name.rpartition(".")[2] for exercise in rubric.exercise for name in exercise.harness}
    return sys.stdlib_module_names | third_party | ours | {"grader"}


def _absence(submission: Submission, exercise: Exercise) -> str:
    path = exercise.file
    note = next((note for note in submission.notes if note.startswith(f"{path}: ")), None)  # loading looked for it
    return f"{note}." if note else f"{path} was not found in this folder.{_elsewhere(submission, exercise)}"


def _elsewhere(submission: Submission, exercise: Exercise) -> str:
    """A sentence that says in which other file one of the exercise's functions is; empty if in none."""
    for path, source in submission.files.items():
        facts = read(source, path) if path.endswith(".py") else None
        bound = (facts.bound if isinstance(facts, Facts) else None) or {}
        name = next((name for name in exercise.signatures if name in bound), None)
        if name is not None:
            return f" {path}:{bound[name]} has {name}; move it to {exercise.file}."
    return ""


def _forbidden_import(
    submission: Submission, exercise: Exercise, rubric: Rubric, modules: Mapping[str, bytes], path: str, facts: Facts
) -> Finding | None:
    """The first import that the exercise does not allow, in its module or in one of `modules` that it imports."""
    allowed = {*rubric.imports.always, *exercise.imports}
    roots = {inner.partition("/")[0].removesuffix(".py") for inner in modules}
    waiting, visited = [(path, facts)], {path}
    while waiting:
        here, facts = waiting.pop(0)
        for line, name in facts.imports:
            root = name.partition(".")[0]
            if root in allowed:
                continue
            if root not in roots:
                frame = Frame.at(modules[here].decode("utf-8", "replace"), here, line, MODULE)
                return Finding(Outcome.FORBIDDEN, _refusal(submission, exercise, rubric, here, line, name), line, frame)
            for inner in [inner for inner in _run_by(name) if inner in modules and inner not in visited]:
                visited.add(inner)
                further = read(modules[inner], inner)
                if isinstance(further, Facts):
                    waiting.append((inner, further))
    return None


def _run_by(name: str) -> Iterator[str]:
    """The files that an import of a module runs, where they exist: its own, and those of its packages."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        base = "/".join(parts[:length])
        yield from (f"{base}.py", f"{base}/__init__.py")


def _refusal(submission: Submission, exercise: Exercise, rubric: Rubric, path: str, line: int, name: str) -> str:
    name = one_line(name, MAX_NAME)
    root = name.partition(".")[0]
    hint = ""
    if root == "google" and is_colab_export(submission.files.get(path, b"")):
        hint = " This file was exported from Google Colab: remove the lines about google.colab and drive.mount."
    elif f"{root}.py" in submission.files:
        hint = f" Your own {root}.py has the name of a library; call it something else."
    elif root not in reserved_roots(rubric) | _LIBRARIES:
        hint = f" If {root} is a module of your own, hand in {root}.py too."
    allowed = " and ".join(exercise.imports)
    return (
        f"{path}:{line}: import of {name} is not allowed; this exercise may import {allowed} and parts of the standard "
        f"library (math, itertools, …; full list in the README). Until you remove that line, the whole exercise scores "
        f"0.{hint}"
    )


def _missing_names(exercise: Exercise, path: str, facts: Facts) -> Findings:
    bound = facts.bound
    if bound is None:
        return {}
    names = (*exercise.signatures, *exercise.constants)
    compared = [name for name in bound if len(name) <= MAX_NAME and name not in names][:MAX_COMPARED]
    findings = {}
    for name in names:
        if name not in bound:
            close = next(iter(difflib.get_close_matches(name, compared, n=1, cutoff=0.8)), None)
            hint = f" Line {bound[close]} has {close}; rename it?" if close else ""
            if name in facts.inner:
                line, inside = facts.inner[name]
                hint = f" Line {line} defines it inside {inside}, where it cannot be found; move it to the top level."
            findings[name] = Finding(Outcome.MISSING, f"{path} has no {exercise.signatures.get(name, name)}.{hint}")
    return findings
