"""All ways in which the second set of operators changes a file."""

import ast
from collections.abc import Iterator

from grader.authoring.mutations import Change, Mutation
from scripts.mutants.expression_operators import expression_changes
from scripts.mutants.statement_operators import statement_changes


def second_mutations(source: str) -> list[Mutation]:
    """As `grader.authoring.mutations.mutations`, with the other operators."""
    tree = ast.parse(source)
    variables = _variables(tree)
    imported = [alias.asname or alias.name for node in ast.walk(tree) for alias in _aliases(node)]
    return [
        Mutation(tree, index, getattr(node, "lineno", 1), what, change)
        for index, node in enumerate(ast.walk(tree))
        for what, change in _changes(node, variables.get(id(node), []), imported)
    ]


def _changes(node: ast.AST, names: list[str], imported: list[str]) -> Iterator[Change]:
    yield from statement_changes(node, imported)
    yield from expression_changes(node, names)


def _aliases(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []


def _variables(tree: ast.Module) -> dict[int, list[str]]:
    """For each node of a function, by its identity, the function's variables in the order of their names."""
    names_by_node: dict[int, list[str]] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.Lambda):
            inner = list(ast.walk(function))
            stored = {node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            names = sorted(stored | {node.arg for node in inner if isinstance(node, ast.arg)})
            names_by_node |= {id(node): names for node in inner}
    return names_by_node
