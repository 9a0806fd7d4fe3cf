"""Inspect a submission's files without running them: syntax, forbidden imports, missing functions.

A finding stands for the whole module (under the name "") or for one function or constant of the contract.
"""

import difflib
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from grader.load.decisions import MOVE, RENAME
from grader.load.disguises import is_colab_export
from grader.load.module_facts import MAX_COMPARED, Facts, read
from grader.load.syntax import MAX_NAME
from grader.model import WHOLE_FILE, Finding, Frame, Outcome, Submission
from grader.rubric import Exercise, Rubric
from grader.text import one_line

# Libraries that students reach for: nobody who imports one of these forgot to hand in a module of their own.
_LIBRARIES = frozenset(
    {"scipy", "matplotlib", "pandas", "sklearn", "tensorflow", "keras", "jax", "torchvision", "cv2", "PIL", "tqdm"}
    | {"seaborn", "numba", "autograd", "mpmath", "IPython", "requests", "skimage"}
)

_MAX_NAMED = 4  # forbidden imports in a message, beside the first
_MAX_HINTS = 2  # and what they may have been meant for

NOTHING: Mapping[str, bytes] = {}

Findings = dict[str, Finding]


@dataclass(frozen=True, slots=True)
class _Import:
    path: str
    line: int
    name: str

    @property
    def shown(self) -> str:
        return one_line(self.name, MAX_NAME)


def inspect(
    submission: Submission, exercise: Exercise, rubric: Rubric, course_files: Mapping[str, bytes] = NOTHING
) -> Findings:
    """The findings on one exercise's module and on the modules beside it that it imports, the course's too."""
    path = exercise.file
    if path not in submission.files:
        return {"": Finding(Outcome.MISSING, _absence(submission, exercise))}
    if not submission.files[path].strip():
        return {"": Finding(Outcome.MISSING, f"{path} is empty. Did you save it?")}
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
            return f" {path}:{bound[name]} has {name}; {MOVE} {exercise.file}."
    return ""


def _forbidden_import(
    submission: Submission, exercise: Exercise, rubric: Rubric, modules: Mapping[str, bytes], path: str, facts: Facts
) -> Finding | None:
    """The imports that the exercise does not allow, in its module or in those of `modules` that it imports."""
    allowed = {*rubric.imports.always, *exercise.imports}
    roots = {inner.partition("/")[0].removesuffix(".py") for inner in modules}
    waiting, visited = deque([(path, facts)]), {path}
    forbidden: dict[tuple[str, int, str], _Import] = {}
    while waiting:
        here, facts = waiting.popleft()
        for line, name in sorted(facts.imports, key=itemgetter(0)):
            root = name.partition(".")[0]
            if root in allowed:
                continue
            if root not in roots:
                forbidden.setdefault((here, line, root), _Import(here, line, name))
            for inner in [inner for inner in _run_by(name) if inner in modules and inner not in visited]:
                visited.add(inner)
                further = read(modules[inner], inner)
                if isinstance(further, Facts):
                    waiting.append((inner, further))
    if not forbidden:
        return None
    first, *others = forbidden.values()
    frame = Frame.at(modules[first.path].decode("utf-8", "replace"), first.path, first.line, WHOLE_FILE)
    return Finding(Outcome.FORBIDDEN, _refusal(submission, exercise, rubric, first, others), first.line, frame)


def _run_by(name: str) -> Iterator[str]:
    """The files that an import of a module runs, where they exist: its own, and those of its packages."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        base = "/".join(parts[:length])
        yield from (f"{base}.py", f"{base}/__init__.py")


def _refusal(
    submission: Submission, exercise: Exercise, rubric: Rubric, first: _Import, others: Sequence[_Import]
) -> str:
    allowed = " and ".join(exercise.imports)
    named = [f"{other.shown} ({other.path}:{other.line})" for other in others[:_MAX_NAMED]]
    if len(others) > _MAX_NAMED:
        named.append(f"{len(others) - _MAX_NAMED} more")
    also = f" Not allowed either: {', '.join(named)}." if named else ""
    those = "those lines" if others else "that line"
    hints = [*dict.fromkeys(_hint(submission, rubric, forbidden) for forbidden in (first, *others[:_MAX_NAMED]))]
    return (
        f"{first.path}:{first.line}: import of {first.shown} is not allowed; this exercise may import {allowed} and "
        f"parts of the standard library (math, itertools, …; full list in the README).{also} Until you remove {those}, "
        f"the whole exercise scores 0.{''.join(hints[:_MAX_HINTS])}"
    )


def _hint(submission: Submission, rubric: Rubric, forbidden: _Import) -> str:
    """What this import may have been meant for, as a sentence behind a blank; empty where nothing is known."""
    root = one_line(forbidden.name, MAX_NAME).partition(".")[0]
    if root == "google" and is_colab_export(submission.files.get(forbidden.path, b"")):
        return " This file was exported from Google Colab: remove the lines about google.colab and drive.mount."
    if f"{root}.py" in submission.files:
        return f" Your own {root}.py has the name of a library; call it something else."
    if root not in reserved_roots(rubric) | _LIBRARIES:
        return f" If {root} is a module of your own, hand in {root}.py too."
    return ""


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
            hint = f" Line {bound[close]} has {close}; {RENAME}" if close else ""
            if name in facts.inner:
                line, inside = facts.inner[name]
                hint = f" Line {line} defines it inside {inside}, where it cannot be found; {MOVE} the top level."
            findings[name] = Finding(Outcome.MISSING, f"{path} has no {exercise.signatures.get(name, name)}.{hint}")
    return findings
