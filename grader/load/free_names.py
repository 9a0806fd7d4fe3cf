"""The names that a statement sets and reads: at once, or when a function of it is called."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

_SIMPLE = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class Names:
    """`changes` are names whose value is changed, not replaced: `table[3] = x`, `table.append(x)`."""

    sets: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    now: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)

    @property
    def reads(self) -> set[str]:
        return self.now | self.later


def names_of(statement: ast.stmt) -> Names:
    """The names of one statement of a module's top level. What is set on a condition only counts as changed."""
    names = _Collector().names_in([statement])
    if not isinstance(statement, _SIMPLE):
        names.changes |= names.sets
        names.sets = set()
    return names


class _Collector(ast.NodeVisitor):
    def __init__(self) -> None:
        self._names = Names()

    def names_in(self, nodes: Iterable[ast.AST | None]) -> Names:
        for node in nodes:
            if node is not None:
                self.visit(node)
        return self._names

    def visit_Name(self, node: ast.Name) -> None:
        (self._names.now if isinstance(node.ctx, ast.Load) else self._names.sets).add(node.id)

    def visit_Attribute(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._names.changes |= _base(node)
        self.generic_visit(node)

    visit_Subscript = visit_Attribute  # noqa: N815

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._names.changes |= _base(node.target)
        self._names.now |= _base(node.target)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
            self._names.changes |= _base(node.value.func)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self._names.sets |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._names.sets |= {node.name} if node.name else set()
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._names.sets.add(node.name)
        annotations = [argument.annotation for argument in _arguments(node)]
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        self.names_in([*node.decorator_list, *defaults, *annotations, node.returns])
        self._names.later |= _free(node)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.names_in([*node.args.defaults, *node.args.kw_defaults])
        free = _free(node)  # once: lambdas in one another would double it each time
        self._names.now |= free  # most are called where they stand
        self._names.later |= free

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.names_in([*node.decorator_list, *node.bases, *node.keywords])
        inner = _Collector().names_in(node.body)
        self._names.sets.add(node.name)
        self._names.now |= inner.now
        self._names.later |= inner.later

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        inner = _Collector()
        inner.generic_visit(node)
        self._names.now |= inner._names.now - inner._names.sets
        self._names.later |= inner._names.later - inner._names.sets

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp  # noqa: N815


def _base(node: ast.AST) -> set[str]:
    """The name that `a.b[c].d` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _arguments(function: _Function) -> list[ast.arg]:
    listed = function.args
    every = [*listed.posonlyargs, *listed.args, *listed.kwonlyargs, listed.vararg, listed.kwarg]
    return [argument for argument in every if argument is not None]


def _free(function: _Function) -> set[str]:
    """What a function reads that is neither its argument nor set in it."""
    body = function.body if isinstance(function.body, list) else [function.body]
    inner = _Collector().names_in(body)
    shared = {name for node in body for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    local = (inner.sets - shared) | {argument.arg for argument in _arguments(function)}
    return (inner.reads | shared) - local
