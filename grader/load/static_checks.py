"""What can be said of a submission's files without running them: syntax, forbidden imports, missing functions.

A finding stands for the whole module (under the name "") or for one function or constant of the contract.
"""

import ast
import difflib
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from itertools import chain

from grader.load.disguises import disguise, is_colab_export, magic_line
from grader.model import Finding, Frame, Outcome, Submission
from grader.rubric import Exercise, Rubric
from grader.text import one_line, plain

MAX_NAME = 80  # characters of a student's names in our sentences
MAX_COMPARED = 500  # names that a missing one is compared with, for a hint: honest files have twenty
# Python's parser needs memory with the square of such a chain's length: 400 kB of `import a.a.a` take 40 GB.
_CHAIN = re.compile(r"(?<![\w.])(?:\w+[ \t\f\\\r\n]*\.[ \t\f\\\r\n]*){60}")
# And time with the square of a formatted text's length: 256 kB of `f"{a}{a}"` take 12 seconds.
MAX_FIELDS = 2_000  # braces in one line
# Of text as people write it. Python knows others, of which some take for ever (punycode) and some mean no text.
_ENCODINGS = re.compile(r"utf-8(-sig)?|ascii|us-ascii|(iso-?8859|latin|cp|windows|mac|koi8|gb|big5|euc|shift)[\w-]*")

# What students reach for: nobody means a module of their own by these.
_LIBRARIES = frozenset(
    {"scipy", "matplotlib", "pandas", "sklearn", "tensorflow", "keras", "jax", "torchvision", "cv2", "PIL", "tqdm"}
    | {"seaborn", "numba", "autograd", "mpmath", "IPython", "requests", "skimage"}
)
# Ways to bind a module's names that reading cannot follow: then only running can tell what is missing.
_DYNAMIC = frozenset({"globals", "exec", "setattr", "vars", "__dict__", "locals"})

NOTHING: Mapping[str, bytes] = {}
MODULE = "<module>"  # the function of a line outside of all functions, as Python calls it
_PROGRAM = "__name__ == '__main__'"

Findings = dict[str, Finding]


@dataclass(frozen=True, slots=True)
class Facts:
    """What reading one file tells.

    `imports` is (line, module) of each module's first import; `bound` is name -> line, None where that is not sure;
    `inner` is name -> (line, what it is in) of functions that are not at the top level.
    """

    imports: tuple[tuple[int, str], ...]
    bound: Mapping[str, int] | None
    inner: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def inspect(
    submission: Submission, exercise: Exercise, rubric: Rubric, given: Mapping[str, bytes] = NOTHING
) -> Findings:
    """The findings on one exercise's module and on the submission's own modules that it imports, `given` ones too."""
    path = exercise.file
    if path not in submission.files:
        return {"": Finding(Outcome.MISSING, _absence(submission, exercise))}
    facts = read(submission.files[path], path)
    if isinstance(facts, Finding):
        return {"": facts}
    own = own_modules(submission, rubric, given)
    forbidden = _forbidden_import(submission, exercise, rubric, own, path, facts)
    if forbidden is not None:
        return {"": forbidden}
    return _missing_names(exercise, path, facts)


def own_modules(submission: Submission, rubric: Rubric, given: Mapping[str, bytes] = NOTHING) -> dict[str, bytes]:
    """The Python files that a worker gets. One that bears a standard or an allowed package's name is never imported.

    Beside the submission's own these are the modules that the course has `given`: each where the submission has none of
    that path, or one that is no use, since it is empty, Python cannot read it or it imports what no exercise may.
    """
    reserved = reserved_roots(rubric)
    own = {
        path: content
        for path, content in submission.files.items()
        if path.endswith(".py") and path.partition("/")[0].removesuffix(".py") not in reserved
    }
    whole = {**given, **own}
    for path in given.keys() & own.keys():
        if not _is_usable(own[path], path, whole, rubric):
            whole[path] = given[path]
    return whole


def _is_usable(source: bytes, path: str, own: Mapping[str, bytes], rubric: Rubric) -> bool:
    """Whether one file can be read, says anything, and imports only what some exercise may, or modules of its own."""
    facts = read(source, path)
    if isinstance(facts, Finding) or (facts.bound == {} and not facts.imports):
        return False
    allowed = {*rubric.imports.always, *(root for exercise in rubric.exercise for root in exercise.imports)}
    roots = {inner.partition("/")[0].removesuffix(".py") for inner in own}
    return all(name.partition(".")[0] in allowed | roots for _, name in facts.imports)


def reserved_roots(rubric: Rubric) -> frozenset[str]:
    """Names that a submission's own modules cannot take: there must be no doubt which numpy is meant."""
    third_party = {root for exercise in rubric.exercise for root in exercise.imports}
    ours = {name.rpartition(".")[2] for exercise in rubric.exercise for name in exercise.harness}
    return sys.stdlib_module_names | third_party | ours | {"grader"}


@lru_cache(maxsize=64)  # a module that four exercises import is read once; facts are small where trees are not
def read(source: bytes, path: str) -> Facts | Finding:
    """One file's facts, or why there are none."""
    tree = parse(source, path)
    if isinstance(tree, Finding):
        return tree
    line = notebook_call(tree)
    if line is not None:
        message = f"{path}:{line}: get_ipython() exists only in a notebook. Remove that line."
        return Finding(Outcome.ERROR, message, line)
    first: dict[str, tuple[int, str]] = {}
    for line, name in imports(tree, path):
        first.setdefault(name, (line, name))
    return Facts(tuple(first.values()), bound_names(tree), dict(_inner_functions(tree)))


def parse(source: bytes, path: str) -> ast.Module | Finding:
    """The file's syntax tree, or why there is none, with the line."""
    other = disguise(source)
    if other is not None:
        return Finding(Outcome.ERROR, f"{path}: this is {other}.")
    text = _decode(source, path)
    if isinstance(text, Finding):
        return text
    if _CHAIN.search(text) or any(line.count("{") > MAX_FIELDS for line in text.splitlines()):
        return _too_deep(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, path)
    except SyntaxError as error:
        return _no_python(source, text, path, error)
    except ValueError as error:
        return _unreadable(path, str(error))
    except (RecursionError, MemoryError):
        return _too_deep(path)


def _no_python(source: bytes, text: str, path: str, error: SyntaxError) -> Finding:
    """A syntax error, by what the file really is where that can be told."""
    magic = magic_line(source)
    if magic is not None:
        line, command = magic
        problem = f"{plain(command, MAX_NAME)} works in a notebook only, not in Python. Remove that line."
        return Finding(Outcome.ERROR, f"{path}:{line}: {problem}", line)
    place = f":{error.lineno}" if error.lineno else ""
    message = f"{path}{place}: {plain(error.msg, MAX_NAME * 2)}. Python cannot read the file."
    return Finding(Outcome.ERROR, message, error.lineno, _place(text, path, error))


def _place(text: str, path: str, error: SyntaxError) -> Frame | None:
    """Where Python's parser stopped. Its columns count from 1, and its end may be left open (0)."""
    if not error.lineno:
        return None
    start = (error.offset or 1) - 1
    end = error.end_offset - 1 if error.end_lineno == error.lineno and error.end_offset else start + 1
    return Frame.at(text, path, error.lineno, MODULE, (start, max(end, start + 1)))


def _decode(source: bytes, path: str) -> str | Finding:
    """The file's text as Python decodes it: UTF-8, or what its first two lines declare."""
    try:
        encoding = tokenize.detect_encoding(BytesIO(source).readline)[0]
    except SyntaxError as error:
        if "declaration" not in str(error):
            return _unreadable(path, str(error))
        encoding = "utf-8"  # which it is not either, but so it is told with the line
    if _ENCODINGS.fullmatch(encoding.lower().replace("_", "-")) is None:
        return _unreadable(path, f"it declares the encoding {one_line(encoding, MAX_NAME)}")
    try:
        return source.decode(encoding)
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        text = source.decode("utf-8", "replace")
        frame = None if "\0" in text else Frame.at(text, path, line, MODULE)  # UTF-16 shows nothing that helps
        return _unreadable(f"{path}:{line}", f"byte 0x{source[error.start]:02x} is not {error.encoding}", frame)


def _unreadable(place: str, reason: str, frame: Frame | None = None) -> Finding:
    message = f"{place}: Python cannot read the file ({one_line(reason, MAX_NAME * 2)}). Save it as UTF-8 text."
    return Finding(Outcome.ERROR, message, frame.line if frame else None, frame)


def _too_deep(path: str) -> Finding:
    return Finding(Outcome.ERROR, f"{path}: nested too deeply for Python to read.")


def _absence(submission: Submission, exercise: Exercise) -> str:
    path = exercise.file
    found = next((note for note in submission.notes if note.startswith(f"{path}: ")), None)  # loading looked for it
    return f"{found}." if found else f"{path} was not found in this folder.{_elsewhere(submission, exercise)}"


def _elsewhere(submission: Submission, exercise: Exercise) -> str:
    """Where in another file one of the exercise's functions is; nothing if in none."""
    for path, source in submission.files.items():
        facts = read(source, path) if path.endswith(".py") else None
        bound = (facts.bound if isinstance(facts, Facts) else None) or {}
        name = next((name for name in exercise.signatures if name in bound), None)
        if name is not None:
            return f" {path}:{bound[name]} has {name}; move it to {exercise.file}."
    return ""


def _forbidden_import(
    submission: Submission, exercise: Exercise, rubric: Rubric, own: Mapping[str, bytes], path: str, facts: Facts
) -> Finding | None:
    """The first import that the exercise does not allow, in its module or in one of their own that it leads to."""
    allowed = {*rubric.imports.always, *exercise.imports}
    roots = {inner.partition("/")[0].removesuffix(".py") for inner in own}
    waiting, seen = [(path, facts)], {path}
    while waiting:
        here, known = waiting.pop(0)
        for line, name in known.imports:
            root = name.partition(".")[0]
            if root in allowed:
                continue
            if root not in roots:
                frame = Frame.at(own[here].decode("utf-8", "replace"), here, line, MODULE)
                return Finding(Outcome.FORBIDDEN, _refusal(submission, exercise, rubric, here, line, name), line, frame)
            for inner in [inner for inner in _run_by(name) if inner in own and inner not in seen]:
                seen.add(inner)
                further = read(own[inner], inner)
                if isinstance(further, Facts):
                    waiting.append((inner, further))
    return None


def _run_by(name: str) -> Iterator[str]:
    """The files that an import of a module runs, as far as they are there: its own, and those of its packages."""
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


def imports(tree: ast.Module, path: str) -> Iterator[tuple[int, str]]:
    """(line, module) of every import anywhere in a file; what is imported from a package may be a module as well.

    A relative import that leads out of all packages is left to fail.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            folders = path.split("/")[: -node.level] if node.level else []
            base = ".".join([*folders, *([node.module] if node.module else [])])
            if base and (folders or not node.level):
                yield node.lineno, base
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names if alias.name != "*")


def notebook_call(tree: ast.Module) -> int | None:
    """The line at a module's top level that calls what an exported notebook has for `%magic` and `!commands`."""
    for statement in tree.body:
        call = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
        while isinstance(call, ast.Call | ast.Attribute):
            call = call.func if isinstance(call, ast.Call) else call.value
        if isinstance(call, ast.Name) and call.id == "get_ipython":
            return statement.lineno
    return None


def _missing_names(exercise: Exercise, path: str, facts: Facts) -> Findings:
    bound = facts.bound
    if bound is None:
        return {}
    wanted = (*exercise.signatures, *exercise.constants)
    compared = [name for name in bound if len(name) <= MAX_NAME and name not in wanted][:MAX_COMPARED]
    found = {}
    for name in wanted:
        if name not in bound:
            close = next(iter(difflib.get_close_matches(name, compared, n=1, cutoff=0.8)), None)
            hint = f" Line {bound[close]} has {close}; rename it?" if close else ""
            if name in facts.inner:
                line, inside = facts.inner[name]
                hint = f" Line {line} has it inside of {inside}, where nobody finds it; move it to the top level."
            found[name] = Finding(Outcome.MISSING, f"{path} has no {exercise.signatures.get(name, name)}.{hint}")
    return found


def _inner_functions(tree: ast.Module) -> Iterator[tuple[str, tuple[int, str]]]:
    """(name, (line, what it is in)) of the functions in classes, in other functions, and in `if __name__ == ...`."""
    for outer in tree.body:
        match outer:
            case ast.ClassDef(name=name):
                inside = f"the class {one_line(name, MAX_NAME)}"
            case ast.FunctionDef(name=name):
                inside = f"the function {one_line(name, MAX_NAME)}"
            case ast.If() if _is_program(outer):
                inside = "`if __name__ == ...`"
            case _:
                continue
        inner = [node for node in ast.walk(outer) if isinstance(node, ast.FunctionDef) and node is not outer]
        yield from ((node.name, (node.lineno, inside)) for node in inner[:MAX_COMPARED])


def _is_program(statement: ast.stmt) -> bool:
    """Whether it is `if __name__ == "__main__":` and no more."""
    return isinstance(statement, ast.If) and not statement.orelse and ast.unparse(statement.test) == _PROGRAM


def bound_names(tree: ast.Module) -> Mapping[str, int] | None:
    """Name -> line of what a module binds at its top level; None where reading cannot tell (`import *`, `globals`).

    What runs only where the file is a program binds nothing in a module.
    """
    bound: dict[str, int] = {}
    body = [statement for statement in tree.body if not _is_program(statement)]
    waiting: list[ast.AST] = list(body)
    for node in chain.from_iterable(map(ast.walk, body)):
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
            if node.name == "__getattr__":  # a module that finds its names when it is asked
                return None
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
