"""The static facts of one file: its imports, and the names that it binds."""

import ast
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from grader.load.syntax import MAX_NAME, parse
from grader.model import Finding, Outcome
from grader.text import one_line

MAX_COMPARED = 500  # names that a missing one is compared with, for a hint: honest files have twenty

# Ways to bind a module's names that reading cannot follow: then only running can tell what is missing.
_DYNAMIC = frozenset({"globals", "exec", "setattr", "vars", "__dict__", "locals"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the syntax tree of one file says.

    `imports` is (line, module) of every import that may be run; `bound` is name -> line, None where that is not sure;
    `inner` is name -> (line, what it is in) of functions that are not at the top level.
    """

    imports: tuple[tuple[int, str], ...]
    bound: Mapping[str, int] | None
    inner: Mapping[str, tuple[int, str]] = field(default_factory=dict)


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
    return Facts(tuple(dict.fromkeys(imports(tree, path))), bound_names(tree), dict(_inner_functions(tree)))


def imports(tree: ast.AST, path: str) -> Iterator[tuple[int, str]]:
    """(line, module) of every import in a file that may be run; what is imported from a package may be a module too.

    What is only for the file as a program, or for a type checker, is never run in grading. A relative import that leads
    out of all packages is left to fail.
    """
    waiting = deque([tree])
    while waiting:
        node = waiting.popleft()
        if isinstance(node, ast.If) and (_asks_for_program(node.test) or _asks_for_checker(node.test)):
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))
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
    return isinstance(statement, ast.If) and not statement.orelse and _asks_for_program(statement.test)


def _asks_for_program(condition: ast.expr) -> bool:
    match condition:
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]) | ast.Compare(
            ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")]
        ):
            return True
    return False


def _asks_for_checker(condition: ast.expr) -> bool:
    match condition:
        case ast.Name("TYPE_CHECKING") | ast.Attribute(ast.Name("typing"), "TYPE_CHECKING"):
            return True
    return False


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
