"""A third set of mutation operators, as a stranger's mutator has them: any expression wrapped, any call for another of
its kind, what is kept between calls, and two changes at once."""

import ast
from collections.abc import Iterator

from grader.authoring.mutations import Change, Mutation, field_changed, mutations
from scripts.mutants.expression_operators import replaced
from scripts.mutants.second_operators import second_mutations

_WRAPPED = (  # in numbers, arrays and expressions alike
    *("({}).T", "({})[::-1]", "({})[1:]", "({})[:-1]", "({})[..., ::-1]", "({})[0]", "({}) ** 2", "1 / ({})"),
    *("abs({})", "round({}, 6)", "int({})", "float({})", "({}) + 1", "({}) - 1", "({}) * 0", "2 * ({})", "({}) % 2"),
    *("({}) * (1 + 1e-12)", "({}) + 1e-14", "({}) or 1", "({}) and 1", "max({}, 0)", "sorted({})", "list(set({}))"),
)
_OTHER_CALLS = (  # any of a row for any other
    ("max", "min", "argmax", "argmin", "sum", "mean", "prod", "median", "all", "any", "ptp"),
    ("amax", "amin", "argmax"),
    ("zeros", "ones", "empty"),
    ("zeros_like", "ones_like", "empty_like", "copy", "array", "asarray"),
    ("flip", "flipud", "fliplr", "rot90", "transpose", "ravel", "array"),
    ("sin", "cos", "tan", "exp", "sqrt", "Abs"),
    ("expand", "simplify", "factor", "trigsimp", "sympify"),
    ("range", "reversed", "len", "list"),
    ("diff", "integrate"),
    ("isclose", "equal", "greater_equal", "less_equal"),
    ("einsum", "matmul", "dot", "multiply", "outer", "tensordot"),
    ("repeat", "tile", "kron"),
)
_APART = 7919  # a prime: which two changes come together


def third_mutations(source: str) -> list[Mutation]:
    """As `grader.authoring.mutations.mutations`, with the other operators."""
    tree = ast.parse(source)
    within = {id(node) for function in _functions(tree) for node in ast.walk(function)}
    single = [
        Mutation(tree, index, getattr(node, "lineno", 1), what, change)
        for index, node in enumerate(ast.walk(tree))
        if id(node) in within
        for what, change in _changes(node)
    ]
    return [*single, *_two_at_once(mutations(source), second_mutations(source))]


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda))


def _two_at_once(first: list[Mutation], second: list[Mutation]) -> Iterator[Mutation]:
    """Each of the second set with one of the first."""
    for place, other in enumerate(second):
        partner = first[place * _APART % len(first)]

        def change(module: ast.AST, partner: Mutation = partner, other: Mutation = other) -> None:
            nodes = list(ast.walk(module))
            partner.change(nodes[partner.index])
            other.change(nodes[other.index])

        yield Mutation(partner.tree, 0, other.line, f"{partner.what}; {other.what}", change)


def _changes(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Name(ctx=ast.Load()) | ast.Call() | ast.BinOp() | ast.Subscript(ctx=ast.Load()):
            yield from _wrapped(node)
        case ast.FunctionDef():
            yield from _kept_values(node)
            yield from _defaults(node)
        case ast.IfExp():
            yield replaced("one branch only", node.body)
            yield replaced("the other branch only", node.orelse)
        case ast.Break():
            yield _statement("continue for break", ast.Continue())
        case ast.Continue():
            yield _statement("break for continue", ast.Break())
        case ast.For(body=[*body]):
            yield field_changed("only the first statement of a loop", "body", body[:1])
            yield field_changed("a loop that ends at once", "body", [*body[:-1], ast.Break()])
        case ast.Attribute():
            yield from (field_changed(f"{name} for {node.attr}", "attr", name) for name in _others(node.attr))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        for name in _others(node.func.id):
            yield field_changed(f"{name} for {node.func.id}", "func", ast.Name(name, ast.Load()))


def _others(name: str) -> Iterator[str]:
    for row in _OTHER_CALLS:
        if name in row:
            yield from (other for other in row if other != name)


def _wrapped(node: ast.expr) -> Iterator[Change]:
    text = ast.unparse(node)
    yield from (replaced(f"{way.format(text)}", _expr(way.format(text))) for way in _WRAPPED)


def _kept_values(node: ast.FunctionDef) -> Iterator[Change]:
    """A variable that keeps the value of the first call, as a default argument does."""
    for index, statement in enumerate(node.body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                first_value = _expr(f"{node.name}.__dict__.setdefault({name!r}, {ast.unparse(value)})")
                body = [
                    *node.body[:index],
                    ast.Assign(statement.targets, first_value, lineno=0),
                    *node.body[index + 1 :],
                ]
                yield field_changed(f"{name} kept from the first call", "body", body)


def _defaults(node: ast.FunctionDef) -> Iterator[Change]:
    """An argument that is not looked at: its default is put in its place."""
    for argument in node.args.args:
        for default in ("None", "0", "1"):
            body = [ast.parse(f"{argument.arg} = {default}").body[0], *node.body]
            yield field_changed(f"{argument.arg} is {default}", "body", body)


def _statement(what: str, new: ast.stmt) -> Change:
    def change(node: ast.AST) -> None:
        node.__class__ = new.__class__

    return what, change


def _expr(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
