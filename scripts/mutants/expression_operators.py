"""A second set of mutation operators, on expressions: what a slip changes in calls, indices, axes, names and lists.

`grader.authoring.mutations` changes operators, comparisons and constants; nothing of it is repeated here.
"""

import ast
from collections.abc import Iterator, Sequence

from grader.authoring.mutations import Change, field_changed

_REDUCTIONS = ("max", "min", "sum", "mean", "argmax", "any", "all", "amax", "prod")
_FILLED = {"zeros": "empty", "zeros_like": "empty_like", "ones": "empty", "ones_like": "empty_like"}
_CREATORS = (*_FILLED, "array", "asarray", "empty", "full", "arange")
_COARSE = ("int", "np.float32", "np.float16", "bool")
_DIVISIONS: dict[type[ast.operator], type[ast.operator]] = {ast.Div: ast.FloorDiv, ast.FloorDiv: ast.Div}


def expression_changes(node: ast.AST, names: Sequence[str]) -> Iterator[Change]:
    """Of one node; `names` are the variables of its function, in the order of their names."""
    match node:
        case ast.Call():
            yield from _ranges(node)
            yield from _reductions(node)
            yield from _array_creation(node)
        case ast.keyword(arg="axis" | "axes"):
            yield from _axes(node)
        case ast.keyword(arg="keepdims", value=ast.Constant(value=bool(keepdims))):
            yield field_changed(f"keepdims={not keepdims}", "value", ast.Constant(not keepdims))
        case ast.Subscript():
            yield from _subscripts(node)
        case ast.BinOp():
            yield from _sides(node)
        case ast.List():
            yield from _lists(node)
        case ast.Name(ctx=ast.Load()) if node.id in names:
            other = names[(names.index(node.id) + len(names) // 2) % len(names)]
            if other != node.id:
                yield field_changed(f"{node.id} for {other}", "id", other)
        case ast.Constant(value=int() | float() as value) if value and not isinstance(value, bool):
            yield field_changed(f"{value} doubled", "value", 2 * value)
        case ast.comprehension(ifs=[test, *rest]):
            yield field_changed("condition of a comprehension negated", "ifs", [ast.UnaryOp(ast.Not(), test), *rest])
        case ast.Compare(ops=[ast.Eq()], comparators=[right]):
            close = ast.Call(_dotted("np.isclose"), [node.left, right], [])
            yield replaced("np.isclose for ==", close)
            yield replaced("is for ==", ast.Compare(node.left, [ast.Is()], [right]))


def replaced(what: str, new: ast.expr) -> Change:
    """The node becomes another one, in its place: an `ast` node keeps its identity, and takes class and fields."""

    def change(node: ast.AST) -> None:
        fresh = ast.parse(ast.unparse(new), mode="eval").body
        node.__class__ = fresh.__class__
        node.__dict__.clear()
        node.__dict__.update(fresh.__dict__)

    return what, change


def _dotted(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _ranges(node: ast.Call) -> Iterator[Change]:
    """One step less, one more, begun at 1, run backwards."""
    if _called(node) not in ("range", "arange") or not 1 <= len(node.args) <= 2:
        return
    *first, end = node.args
    for sign, op in (("-", ast.Sub()), ("+", ast.Add())):
        bound = ast.BinOp(end, op, ast.Constant(1))
        yield field_changed(f"the end of a range {sign} 1", "args", [*first, bound])
    begin = ast.BinOp(first[0], ast.Add(), ast.Constant(1)) if first else ast.Constant(1)
    yield field_changed("a range begun one later", "args", [begin, end])


def _reductions(node: ast.Call) -> Iterator[Change]:
    if _called(node) in _REDUCTIONS:
        keyword_names = [keyword.arg for keyword in node.keywords]
        if "keepdims" not in keyword_names:
            yield field_changed("keepdims added", "keywords", [*node.keywords, _keyword("keepdims", "True")])
        if "axis" not in keyword_names and not isinstance(node.func, ast.Name):
            yield field_changed("axis=0 added", "keywords", [*node.keywords, _keyword("axis", "0")])
    if _called(node) in ("copy", "astype") and isinstance(node.func, ast.Attribute):
        inner = node.args[0] if _called(node) == "copy" and node.args else node.func.value
        yield replaced(f"{_called(node)}() removed", inner)


def _array_creation(node: ast.Call) -> Iterator[Change]:
    """Arrays of another dtype, or of what was in memory."""
    if _called(node) not in _CREATORS or not isinstance(node.func, ast.Attribute):
        return
    rest = [keyword for keyword in node.keywords if keyword.arg != "dtype"]
    yield from (field_changed(f"dtype={kind}", "keywords", [*rest, _keyword("dtype", kind)]) for kind in _COARSE)
    if node.func.attr in _FILLED:
        name = _FILLED[node.func.attr]
        yield field_changed(f"{name} for {node.func.attr}", "func", ast.Attribute(node.func.value, name, ast.Load()))


def _keyword(name: str, value: str) -> ast.keyword:
    return ast.keyword(name, _dotted(value))


def _axes(node: ast.keyword) -> Iterator[Change]:
    match node.value:
        case ast.Constant(value=int(axis)):
            others: list[ast.expr] = [ast.Constant(other) for other in (axis + 1, axis - 1)]
        case ast.Tuple(elts=[first, *rest]) if rest:
            others = [ast.Tuple([*rest, first], ast.Load()), first, ast.Tuple(rest, ast.Load())]
        case _:
            return
    yield from (field_changed(f"axis={ast.unparse(other)}", "value", other) for other in others)


def _subscripts(node: ast.Subscript) -> Iterator[Change]:
    """Indices in another order, one further, or with an axis too many."""
    match node.slice:
        case ast.Tuple(elts=items):
            for index in range(len(items) - 1):
                order = [*items[:index], items[index + 1], items[index], *items[index + 2 :]]
                yield field_changed("indices exchanged", "slice", ast.Tuple(order, ast.Load()))
            yield field_changed("the last index dropped", "slice", ast.Tuple(items[:-1], ast.Load()))
        case ast.Slice(lower=lower, upper=upper, step=None) if lower and upper:
            shifted = [ast.BinOp(bound, ast.Add(), ast.Constant(1)) for bound in (lower, upper)]
            yield field_changed("a slice shifted by one", "slice", ast.Slice(*shifted))
        case ast.Name() | ast.Constant() | ast.BinOp() if not _is_text(node.slice):
            yield field_changed("an index one further", "slice", ast.BinOp(node.slice, ast.Add(), ast.Constant(1)))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, int)


def _sides(node: ast.BinOp) -> Iterator[Change]:
    yield replaced("only the left operand", node.left)
    yield replaced("only the right operand", node.right)
    yield replaced("a sign put before it", ast.UnaryOp(ast.USub(), node))
    other = _DIVISIONS.get(type(node.op))
    if other is not None:
        yield field_changed("true and integer division exchanged", "op", other())


def _lists(node: ast.List) -> Iterator[Change]:
    """Entries that are missing, doubled or in reverse order."""
    if len(node.elts) > 1:
        yield field_changed("a list reversed", "elts", node.elts[::-1])
    for index in range(len(node.elts)):
        before, after = node.elts[:index], node.elts[index + 1 :]
        yield field_changed("an entry of a list missing", "elts", [*before, *after])
        yield field_changed("an entry of a list twice", "elts", [*before, node.elts[index], *node.elts[index:]])
