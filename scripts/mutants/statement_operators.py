"""A second set of mutation operators, on statements: doubled, in another order, returned early, aliased.

`grader.authoring.mutations` leaves statements out; nothing of it is repeated here.
"""

import ast
import copy
from collections.abc import Iterator, Sequence

from grader.authoring.mutations import Change, field_changed

_ADDED: dict[type[ast.operator], ast.operator] = {ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.Add()}
_WRAPPED = (  # what is done to a result
    *("-({})", "abs({})", "({}).T", "({})[None]", "({}).squeeze()", "({}).ravel()", "({}).tolist()", "({}) + 0"),
    *("({}).sum(axis=0, keepdims=True)", "({}).astype(int)", "({}).astype('float32')", "({}).astype('float16')"),
    *("({})[::-1]", "({}) / 2", "2 * ({})", "list({})", "tuple({})", "({}) * 1.000001", "({}) + 1e-9"),
)
_DONE_TO_AN_ARGUMENT = ("{0} *= -1", "{0} -= {0}.min()", "{0} = abs({0})", "{0} = {0}.T", "{0} = {0} + 0", "{0} = -{0}")


def statement_changes(node: ast.AST, imported: Sequence[str]) -> Iterator[Change]:
    """Of one node; `imported` are the names that the file's imports bind."""
    body = getattr(node, "body", None)
    if isinstance(body, list) and not isinstance(node, ast.Module | ast.ClassDef):
        yield from _orders(body)
        yield from _returned_early(body)
    match node:
        case ast.FunctionDef():
            yield from _arguments(node, imported)
            yield from _aliases(node)
        case ast.For():
            yield from _loops(node)
        case ast.Return(value=value) if value is not None:
            text = ast.unparse(value)
            yield from (
                field_changed(f"returns {way.format('it')}", "value", _expr(way.format(text))) for way in _WRAPPED
            )
        case ast.AugAssign() if type(node.op) in _ADDED:
            yield field_changed("another assignment", "op", _ADDED[type(node.op)])
        case ast.If(orelse=orelse) if orelse:
            yield _body("if and else exchanged", [ast.If(node.test, orelse, node.body)])


def _orders(body: list[ast.stmt]) -> Iterator[Change]:
    """A statement twice, two of them exchanged, an assignment that adds."""
    for index, statement in enumerate(body):
        before, after = body[:index], body[index + 1 :]
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr | ast.For | ast.If):
            yield _block("a statement twice", [*before, statement, statement, *after])
        if after:
            yield _block("two statements exchanged", [*before, after[0], statement, *after[1:]])
        match statement:
            case ast.Assign(targets=[ast.Name() | ast.Subscript() as target]):
                yield _block("= to +=", [*before, ast.AugAssign(target, ast.Add(), statement.value), *after])


def _returned_early(body: list[ast.stmt]) -> Iterator[Change]:
    """What follows a loop, in the loop; and a loop that ends after its first turn."""
    for index, statement in enumerate(body):
        if isinstance(statement, ast.For | ast.While):
            loop = copy.deepcopy(statement)
            loop.body = [*loop.body, *body[index + 1 : index + 2]]
            yield _block("the next statement in the loop", [*body[:index], loop, *body[index + 2 :]])
            ended = copy.deepcopy(statement)
            ended.body = [*ended.body, ast.Break()]
            yield _block("a loop left after one turn", [*body[:index], ended, *body[index + 1 :]])


def _arguments(node: ast.FunctionDef, imported: Sequence[str]) -> Iterator[Change]:
    """An argument changed in place, or taken for another."""
    if "np" not in imported:
        return
    names = [argument.arg for argument in node.args.args]
    for name in names:
        for way in _DONE_TO_AN_ARGUMENT:
            yield _block(way.format(name), [*ast.parse(way.format(name)).body, *node.body])
    if len(names) > 1:
        swapped = [*names[1:], names[0]]
        yield _block("arguments taken for each other", [_assign(", ".join(names), ", ".join(swapped)), *node.body])


def _aliases(node: ast.FunctionDef) -> Iterator[Change]:
    """A new array that is the argument itself."""
    names = [argument.arg for argument in node.args.args]
    for index, statement in enumerate(node.body):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            target = ast.unparse(statement.targets[0])
            for name in names:
                alias = _assign(target, name)
                yield _block(f"{target} is {name}", [*node.body[:index], alias, *node.body[index + 1 :]])


def _loops(node: ast.For) -> Iterator[Change]:
    match node.target:
        case ast.Tuple(elts=[*items]):
            for index in range(len(items) - 1):
                order = [*items[:index], items[index + 1], items[index], *items[index + 2 :]]
                yield field_changed("loop variables exchanged", "target", ast.Tuple(order, ast.Store()))
    yield field_changed("a loop run backwards", "iter", _expr(f"reversed(list({ast.unparse(node.iter)}))"))
    yield field_changed("a loop without its first turn", "iter", _expr(f"list({ast.unparse(node.iter)})[1:]"))
    yield field_changed("a loop in steps of two", "iter", _expr(f"list({ast.unparse(node.iter)})[::2]"))
    match node.body:
        case [ast.For() as inner]:
            outer = ast.For(inner.target, inner.iter, [ast.For(node.target, node.iter, inner.body, [])], [])
            yield _body("two loops exchanged", [outer])


def _expr(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _assign(target: str, value: str) -> ast.stmt:
    return ast.parse(f"{target} = {value}").body[0]


def _block(what: str, statements: list[ast.stmt]) -> Change:
    return field_changed(what, "body", statements)


def _body(what: str, statements: list[ast.stmt]) -> Change:
    """The statement itself replaced: it becomes `if True:` with the new one in it."""

    def change(node: ast.AST) -> None:
        node.__class__ = ast.If
        node.__dict__.update(test=ast.Constant(True), body=copy.deepcopy(statements), orelse=[])

    return what, change
