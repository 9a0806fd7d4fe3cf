"""What can be said of a submission's files without running them: syntax, forbidden imports, functions that are not there.

A finding stands for the whole module (under the name "") or for one function or constant of the contract.
"""

import ast
import difflib
import sys
import warnings
from collections.abc import Iterator, Mapping

from grader.model import Finding, Outcome, Submission
from grader.rubric import Exercise, Rubric

# Ways to bind a module's names that reading cannot follow: then only running can tell what is missing.
_DYNAMIC = frozenset({"globals", "exec", "setattr", "vars", "__dict__", "locals"})

Findings = dict[str, Finding]


def inspect(submission: Submission, exercise: Exercise, rubric: Rubric) -> Findings:
    """The findings on one exercise's module and on the submission's own modules that it imports."""
    path = f"{exercise.module}.py"
    if path not in submission.files:
        return {"": Finding(Outcome.MISSING, _absence(submission, path))}
    parsed = parse(submission.files[path], path)
    if isinstance(parsed, Finding):
        return {"": parsed}
    forbidden = _forbidden_import(submission, exercise, rubric, path, parsed)
    if forbidden is not None:
        return {"": forbidden}
    return _missing_names(exercise, path, parsed)


def own_modules(submission: Submission, rubric: Rubric) -> dict[str, bytes]:
    """The Python files that a worker gets. One that bears a standard or an allowed package's name is never imported."""
    return {
        path: content
        for path, content in submission.files.items()
        if path.endswith(".py") and path.partition("/")[0].removesuffix(".py") not in reserved_roots(rubric)
    }


def reserved_roots(rubric: Rubric) -> frozenset[str]:
    """Names that a submission's own modules cannot take: there must be no doubt which numpy is meant."""
    third_party = {root for exercise in rubric.exercise for root in (*exercise.imports, *exercise.absent)}
    ours = {name for exercise in rubric.exercise for name in exercise.guests}
    return sys.stdlib_module_names | third_party | ours | {"grader"}


def parse(source: bytes, path: str) -> ast.Module | Finding:
    """The file's syntax tree, or why there is none, with the line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source, path)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        return Finding(Outcome.ERROR, f"{path}{line}: {error.msg}. Python cannot read the file.", error.lineno)
    except (ValueError, UnicodeDecodeError) as error:
        return Finding(Outcome.ERROR, f"{path}: Python cannot read the file ({error}). Save it as UTF-8 text.")
    except (RecursionError, MemoryError):
        return Finding(Outcome.ERROR, f"{path}: nested too deeply for Python to read.")


def _absence(submission: Submission, path: str) -> str:
    left_out = next((note for note in submission.notes if note.startswith(f"{path}: ")), None)
    if left_out is not None:
        return f"{left_out}."
    others = [name for name in submission.files if name.endswith(".py")]
    close = next((name for name in others if name.lower() == path.lower()), None) or next(
        iter(difflib.get_close_matches(path, others, n=1, cutoff=0.9)), None
    )
    hint = f" There is {close}; is that it? The name has to be {path}." if close and close[-4:-3] == path[-4:-3] else ""
    return f"{path} is not in the submission.{hint}"


def _forbidden_import(
    submission: Submission, exercise: Exercise, rubric: Rubric, path: str, tree: ast.Module
) -> Finding | None:
    """The first import that the exercise does not allow, in its module or in one of their own that it leads to."""
    own = own_modules(submission, rubric)
    allowed = {*rubric.imports.always, *exercise.imports}
    waiting, seen = [(path, tree)], {path}
    while waiting:
        here, module = waiting.pop(0)
        for line, name in imports(module):
            root = name.partition(".")[0]
            if root in allowed:
                continue
            candidates = [inner for inner in own if inner.removesuffix(".py").split("/")[0] == root]
            if not candidates:
                return Finding(Outcome.FORBIDDEN, _refusal(submission, exercise, here, line, name), line)
            for inner in candidates:
                further = parse(own[inner], inner)
                if inner not in seen and isinstance(further, ast.Module):
                    seen.add(inner)
                    waiting.append((inner, further))
    return None


def _refusal(submission: Submission, exercise: Exercise, path: str, line: int, name: str) -> str:
    root = name.partition(".")[0]
    also = (
        f" beside Python's own {', '.join(('math', 'itertools', 'functools'))} and the like" if exercise.imports else ""
    )
    hint = (
        f" Your own {root}.py has the name of a library; call it something else."
        if f"{root}.py" in submission.files
        else ""
    )
    allowed = " and ".join(exercise.imports)
    return (
        f"{path}, line {line}: import of {name} is not allowed; this exercise may import {allowed}{also}. "
        f"The whole exercise earns nothing until that line is gone.{hint}"
    )


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, module) of every absolute import anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def _missing_names(exercise: Exercise, path: str, tree: ast.Module) -> Findings:
    bound = bound_names(tree)
    if bound is None:
        return {}
    found = {}
    for name in (*exercise.signatures, *exercise.constants):
        if name not in bound:
            close = next(iter(difflib.get_close_matches(name, bound, n=1, cutoff=0.8)), None)
            hint = f" Line {bound[close]} has {close}; is that it?" if close else ""
            found[name] = Finding(Outcome.MISSING, f"{path} has no {exercise.signatures.get(name, name)}.{hint}")
    return found


def bound_names(tree: ast.Module) -> Mapping[str, int] | None:
    """Name -> line of what a module binds at its top level; None where reading cannot tell (`import *`, `globals()`)."""
    bound: dict[str, int] = {}
    waiting: list[ast.AST] = list(tree.body)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Name | ast.Attribute)
            and (node.id if isinstance(node, ast.Name) else node.attr) in _DYNAMIC
        ):
            return None
        if isinstance(node, ast.Global):
            return None
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound[node.name] = node.lineno
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            if any(alias.name == "*" for alias in node.names):
                return None
            bound.update({(alias.asname or alias.name).partition(".")[0]: node.lineno for alias in node.names})
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound[node.id] = node.lineno
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound[node.name] = node.lineno
        waiting.extend(ast.iter_child_nodes(node))
    return bound
