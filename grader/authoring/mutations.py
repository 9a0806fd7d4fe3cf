"""Every way to change one node of a file's syntax tree: what a slip of the hand or of the mind would change."""

import ast
import copy
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq, ast.GtE),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_PAIRS = (
    *(("max", "min"), ("argmax", "argmin"), ("maximum", "minimum"), ("amax", "amin"), ("flipud", "fliplr")),
    *(("any", "all"), ("floor", "ceil"), ("sin", "cos"), ("append", "extend"), ("fft2", "ifft2"), ("sum", "mean")),
    *(("zeros", "ones"), ("zeros_like", "ones_like"), ("add", "subtract"), ("multiply", "add"), ("rows", "columns")),
)
_NAMES = {**dict(_PAIRS), **{second: first for first, second in _PAIRS}}
_FIXED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Pass)  # statements that are not left out


Change = tuple[str, Callable[[ast.AST], None]]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of one file, at a line of it; `what` names the change."""

    tree: ast.Module
    index: int  # of the node, in the order of ast.walk
    line: int
    what: str
    change: Callable[[ast.AST], None]

    def source(self) -> str | None:
        """The file so changed; None if that is no change, or no Python."""
        changed = copy.deepcopy(self.tree)
        self.change(list(ast.walk(changed))[self.index])
        try:
            text = ast.unparse(ast.fix_missing_locations(changed))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                compile(text, "mutant", "exec")
        except (SyntaxError, ValueError):
            return None
        return None if text == ast.unparse(self.tree) else text

    def difference(self, changed: str) -> str:
        """`before  →  after`: the lines in which `changed`, this mutation's source, is another, as one line."""
        before, after = ast.unparse(self.tree).splitlines(), changed.splitlines()
        pieces = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        opcode = next((opcode for opcode in pieces if opcode[0] != "equal"), ("equal", 0, 0, 0, 0))
        _, old, old_end, new, new_end = opcode
        return f"{_one_line(before[old:old_end])}  →  {_one_line(after[new:new_end])}"


def _one_line(lines: list[str]) -> str:
    return " ⏎ ".join(line.strip() for line in lines[:3]) or "(nothing)"


def mutations(source: str) -> list[Mutation]:
    """All ways to change one node of a file, in its order."""
    tree = ast.parse(source)
    others = dict(_exchanges(tree))
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings among them
    return [
        Mutation(tree, index, getattr(node, "lineno", 1), what, change)
        for index, node in enumerate(ast.walk(tree))
        if not (isinstance(node, ast.Constant) and id(node) in texts)
        for what, change in (*_changes(node), *_names(node, others.get(id(node), ())))
    ]


def _changes(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.BinOp():
            yield from _operators(node)
        case ast.AugAssign():
            yield from (
                field_changed(f"{_op(node.op)}= to {_op(op())}=", "op", op())
                for op in _OPERATORS.get(type(node.op), ())
            )
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp():
            yield field_changed("and for or", "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.Constant():
            yield from _constants(node)
        case ast.Slice():
            yield from (
                field_changed(f"slice without its {name}", name, None)
                for name in ("lower", "upper", "step")
                if getattr(node, name)
            )
        case ast.Tuple() | ast.List():
            yield from _swaps("elements", "elts", len(node.elts))
        case ast.Call():
            yield from _calls(node)
        case ast.Attribute() if node.attr in _NAMES:
            yield field_changed(f"{node.attr} to {_NAMES[node.attr]}", "attr", _NAMES[node.attr])
        case ast.If() | ast.While() | ast.IfExp():
            yield field_changed("condition negated", "test", ast.UnaryOp(ast.Not(), node.test))
        case ast.comprehension() if node.ifs:
            yield field_changed("comprehension without its condition", "ifs", [])
    yield from _left_out(node)
    yield from _unwrapped(node)


def field_changed(what: str, name: str, value: object) -> Change:
    def change(node: ast.AST) -> None:
        setattr(node, name, copy.deepcopy(value))

    return what, change


def _item(what: str, field: str, index: int, value: object) -> Change:
    def change(node: ast.AST) -> None:
        getattr(node, field)[index] = copy.deepcopy(value)

    return what, change


def _swaps(what: str, field: str, count: int) -> Iterator[Change]:
    """Neighbours exchanged."""
    for index in range(count - 1):

        def change(node: ast.AST, index: int = index) -> None:
            items = getattr(node, field)
            items[index], items[index + 1] = items[index + 1], items[index]

        yield f"{what} {index} and {index + 1} exchanged", change


def _operators(node: ast.BinOp) -> Iterator[Change]:
    for op in _OPERATORS.get(type(node.op), ()):
        yield field_changed(f"{_op(node.op)} to {_op(op())}", "op", op())

    def swap(node: ast.AST) -> None:
        assert isinstance(node, ast.BinOp)
        node.left, node.right = node.right, node.left

    yield f"operands of {_op(node.op)} exchanged", swap


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for index, old in enumerate(node.ops):
        for op in _COMPARISONS.get(type(old), ()):
            yield _item(f"{type(old).__name__} to {op.__name__}", "ops", index, op())


def _constants(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool():
            values: tuple[object, ...] = (not node.value,)
        case int():
            values = tuple(
                dict.fromkeys(
                    value for value in (node.value + 1, node.value - 1, 0, -node.value) if value != node.value
                )
            )
        case float():
            values = (2 * node.value, -node.value, 0.0)
        case str():
            values = ("",)
        case _:
            values = ()
    yield from (field_changed(f"{node.value!r} to {value!r}", "value", value) for value in values)


def _calls(node: ast.Call) -> Iterator[Change]:
    yield from _swaps("arguments", "args", len(node.args))
    for index, keyword in enumerate(node.keywords):
        rest = [other for place, other in enumerate(node.keywords) if place != index]
        yield field_changed(f"argument {keyword.arg} left out", "keywords", rest)
    if isinstance(node.func, ast.Name) and node.func.id in _NAMES:
        yield field_changed(
            f"{node.func.id} to {_NAMES[node.func.id]}", "func", ast.Name(_NAMES[node.func.id], ast.Load())
        )
    if len(node.args) > 1:
        yield field_changed("last argument left out", "args", node.args[:-1])


def _exchanges(tree: ast.Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    """For the name of a variable, by the node's identity: two others of the same function."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.Lambda):
            names = sorted(_variables(function))
            loads = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id in names]
            for count, node in enumerate(loads):
                here = names.index(node.id)
                near = {names[here - 1], names[(here + 1) % len(names)], names[count % len(names)]} - {node.id}
                yield id(node), tuple(sorted(near))


def _names(node: ast.AST, others: tuple[str, ...]) -> Iterator[Change]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from (field_changed(f"{node.id} to {other}", "id", other) for other in others)


def _variables(function: ast.AST) -> set[str]:
    names = {
        inner.id for inner in ast.walk(function) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    return names | {inner.arg for inner in ast.walk(function) if isinstance(inner, ast.arg)}


def _left_out(node: ast.AST) -> Iterator[Change]:
    """A statement of a block."""
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        for index, statement in enumerate(block if isinstance(block, list) else ()):
            documented = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if not isinstance(statement, _FIXED) and not documented:
                yield _item(f"left out: {ast.unparse(statement)[:60]!r}", field, index, ast.Pass())
            if isinstance(statement, ast.AugAssign):
                plain = ast.Assign([statement.target], statement.value)
                yield _item(f"{_op(statement.op)}= to =", field, index, plain)


def _unwrapped(node: ast.AST) -> Iterator[Change]:
    """A call or a sign taken away: f(x) to x, -x to x."""
    for name, value in ast.iter_fields(node):
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            match item:
                case ast.Call(args=[inner, *_]) if not isinstance(inner, ast.Starred):
                    what = f"{ast.unparse(item.func)}(...) taken away"
                case ast.UnaryOp(operand=inner):
                    what = "sign taken away"
                case ast.Call(func=ast.Attribute(value=inner, attr=method), args=[]):
                    what = f".{method}() taken away"
                case _:
                    continue
            yield _item(what, name, index, inner) if isinstance(value, list) else field_changed(what, name, inner)


def _op(op: ast.operator) -> str:
    return type(op).__name__
