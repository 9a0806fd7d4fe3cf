"""Values as students have them <-> values as the wire has them. Runs in the worker; of ours, it needs `protocol`.

Nothing a student returns is believed: subclasses are flattened to exact built-ins, and what has no counterpart becomes
an `Opaque` that says in words what it was. Everything here may run a student's code (`__iter__`, `__array__`,
`__str__`), so it is called where that is expected. numpy, torch, sympy and fractions are looked up among the modules
already loaded: a value of theirs can only exist where they are.
"""

import itertools
import struct
import sys
from collections.abc import Callable
from typing import Any

from .protocol import (
    COMPOSITE_HEADS,
    CONSTANT_HEADS,
    DTYPES,
    MAX_INT_BYTES,
    REPLY,
    Array,
    Bounds,
    HandleNumber,
    Opaque,
    Tree,
    Value,
    weight,
)

_MAX_REASON = 200
# Of an expression. The longest honest proof line, everything expanded, has under 300 parts.
MAX_TREE_NODES = 20_000


def article(noun: str) -> str:
    """`a generator`, `an object`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"[:_MAX_REASON]


def to_wire(value: Any, bounds: Bounds = REPLY) -> Value:
    """Whatever a student's code returned, as a value that `protocol.encode` takes."""
    return _Outward(bounds).convert(value, 0)


class _Outward:
    """One conversion, with its budget: a list that holds itself, or a million entries, ends as an Opaque."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.items = 0
        self.listed = 0  # entries of lists and dictionaries: counted before the first of them is converted
        self.nodes = 0

    def convert(self, value: Any, depth: int) -> Value:
        self.items += 1
        if self.items > self.bounds.items:
            return self.too_many()
        if depth > self.bounds.depth:
            return Opaque(f"something nested more than {self.bounds.depth} deep")
        if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
            return self.scalar(value)
        if isinstance(value, (list, tuple)):
            room = max(0, self.bounds.items - self.listed)
            items = list(itertools.islice(value, room + 1))  # a subclass may go on for ever
            self.listed += len(items)
            if len(items) > room:
                return self.too_many()
            return [self.convert(item, depth + 1) for item in items]
        if isinstance(value, dict):
            self.listed += dict.__len__(value)
            if self.listed > self.bounds.items:
                return self.too_many()
            return {str(key): self.convert(item, depth + 1) for key, item in dict.items(value)}
        for package, convert in (
            ("numpy", self.from_numpy),
            ("torch", self.from_torch),
            ("sympy", self.from_sympy),
            ("fractions", self.from_fractions),
        ):
            library = sys.modules.get(package)
            if library is not None:
                is_handled, result = convert(library, value, depth)
                if is_handled:
                    return result
        return Opaque(article(type(value).__name__))

    def too_many(self) -> Opaque:
        return Opaque(f"something of more than {self.bounds.items} entries")

    def scalar(self, value: Any) -> Value:
        """The base class's own conversion gives the exact built-in, whatever a subclass says of itself."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            plain = int.__int__(value)
            fits = plain.bit_length() // 8 + 1 <= MAX_INT_BYTES
            return plain if fits else Opaque(f"an integer of {plain.bit_length()} bits")
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, complex):
            return Array("<c16", (), struct.pack("<dd", complex.__add__(value, 0).real, complex.__add__(value, 0).imag))
        return str.__str__(value) if isinstance(value, str) else Opaque("bytes")

    def from_numpy(self, np: Any, value: Any, depth: int) -> tuple[bool, Value]:
        if isinstance(value, np.longdouble | np.clongdouble):
            plain_type = complex if isinstance(value, np.clongdouble) else float  # its own item() is a longdouble again
            return True, self.convert(plain_type(value), depth)
        if isinstance(value, np.generic) and value.dtype.kind in "biufcSU":
            return True, self.convert(value.item(), depth)
        if not isinstance(value, np.ndarray):
            return False, None
        if weight(np.ndarray.shape.__get__(value)) > self.bounds.elements:
            return True, Opaque(f"an array of shape {np.ndarray.shape.__get__(value)}, which is too large an answer")
        plain = np.array(value, dtype=value.dtype, copy=True, order="C", subok=False)
        if plain.dtype.kind == "O":
            return True, self.convert(plain.tolist(), depth)
        if plain.dtype.kind == "u" and plain.size and int(plain.max()) >= 1 << 63:
            return True, Opaque("an array of integers of 2**63 and more")
        dtype = {"b": "|b1", "i": "<i8", "u": "<i8", "c": "<c16", "f": f"<f{min(plain.dtype.itemsize, 8)}"}.get(
            plain.dtype.kind
        )
        if dtype not in DTYPES:
            return True, Opaque(f"an array of dtype {plain.dtype}")
        return True, Array(dtype, tuple(int(size) for size in plain.shape), plain.astype(dtype).tobytes())

    def from_torch(self, torch: Any, value: Any, depth: int) -> tuple[bool, Value]:
        if not isinstance(value, torch.Tensor):
            return False, None
        plain = value.detach().cpu().as_subclass(torch.Tensor)
        if plain.dtype is torch.bfloat16:
            plain = plain.float()
        array = plain.resolve_conj().resolve_neg().numpy()
        return True, self.convert(array if array.ndim else array[()], depth)

    def from_fractions(self, fractions: Any, value: Any, depth: int) -> tuple[bool, Value]:
        """The float next to a fraction, as numpy makes of it."""
        if not isinstance(value, fractions.Fraction):
            return False, None
        return True, self.scalar(fractions.Fraction.__float__(value))

    def from_sympy(self, sympy: Any, value: Any, depth: int) -> tuple[bool, Value]:
        if isinstance(value, sympy.NDimArray) and not value.shape:
            return True, self.convert(value[()], depth + 1)  # its own tolist() fails
        if isinstance(value, (sympy.MatrixBase, sympy.NDimArray)):
            return True, self.convert(value.tolist(), depth)
        if isinstance(value, sympy.Tuple):
            return True, self.convert(list(value.args), depth)
        if isinstance(value, sympy.logic.boolalg.BooleanAtom):
            return True, bool(value)
        if isinstance(value, sympy.Basic):
            try:
                return True, self.tree(sympy, value, depth)
            except _TooLargeError as error:
                return True, Opaque(str(error))
            except _UnknownHeadError as error:
                return True, Opaque(f"an expression with {article(str(error))}")
        return False, None

    def tree(self, sympy: Any, expression: Any, depth: int) -> Tree:
        self.nodes += 1
        if self.nodes > MAX_TREE_NODES:
            raise _TooLargeError(f"an expression of more than {MAX_TREE_NODES} parts")
        if depth > self.bounds.depth:
            raise _TooLargeError(f"an expression nested more than {self.bounds.depth} deep")
        leaf = _leaf(sympy, expression)
        if leaf is not None:
            return leaf
        if isinstance(expression, sympy.Derivative):
            pairs: list[Value] = [
                [self.tree(sympy, variable, depth + 2), int(count)] for variable, count in expression.variable_count
            ]
            return Tree("Derivative", (self.tree(sympy, expression.expr, depth + 1), *pairs))
        if isinstance(expression, sympy.Subs):
            lists: list[Value] = [
                [self.tree(sympy, item, depth + 2) for item in part]
                for part in (expression.variables, expression.point)
            ]
            return Tree("Subs", (self.tree(sympy, expression.expr, depth + 1), *lists))
        if isinstance(expression, (sympy.UnevaluatedExpr, sympy.Poly)):
            return self.tree(sympy, expression.args[0], depth + 1)
        parts = tuple(self.tree(sympy, item, depth + 1) for item in expression.args)
        if isinstance(expression, sympy.core.function.AppliedUndef):
            return Tree("Function", (str(expression.func.__name__), *parts))
        head = _head_of(sympy, expression)
        if head is None:
            raise _UnknownHeadError(type(expression).__name__)
        return Tree(head, parts)


class _TooLargeError(Exception):
    pass


class _UnknownHeadError(Exception):
    pass


def _head_of(sympy: Any, expression: Any) -> str | None:
    """The wire's name of a composite; a student's own subclass of Add is an Add, since its arguments decide."""
    return next((head for head in COMPOSITE_HEADS if isinstance(expression, getattr(sympy, head))), None)


def _leaf(sympy: Any, expression: Any) -> Tree | None:
    if isinstance(expression, sympy.Symbol):
        assumption = "positive" if expression.is_positive is True else "real" if expression.is_real is True else ""
        return Tree("Symbol", (str.__str__(str(expression.name)), assumption))
    if isinstance(expression, sympy.Integer):
        return Tree("Integer", (_bounded(int(expression.p)),))
    if isinstance(expression, sympy.Rational):
        return Tree("Rational", (_bounded(int(expression.p)), _bounded(int(expression.q))))
    if isinstance(expression, sympy.Float):
        return Tree("Float", (float(expression),))
    if expression is sympy.S.NegativeInfinity:
        return Tree("Mul", (Tree("Integer", (-1,)), Tree("oo")))
    return next((Tree(name) for name in CONSTANT_HEADS if expression is getattr(sympy, name)), None)


def _bounded(value: int) -> int:
    if value.bit_length() // 8 + 1 > MAX_INT_BYTES:
        raise _TooLargeError(f"an expression with a number of {value.bit_length()} bits")
    return value


# What sympy's own constructors raise on trees that have the form of an expression: Min(I, x), a pole among the values
# of a Subs, which it orders by what they are worth, and its bugs.
_UNBUILDABLE = (ValueError, TypeError, AttributeError, RecursionError, ArithmeticError)


def from_wire(value: Value, kept_value: Callable[[int], Any]) -> Any:
    """What the grader sent, as a student's function expects it: fresh numpy arrays and sympy expressions.

    `kept_value` gives the values that have stayed in this worker, as they are: no copies. A tree that sympy refuses
    stays an `Opaque`: our oracles are asked about trees that a student's worker sent.
    """
    if isinstance(value, list):
        return [from_wire(item, kept_value) for item in value]
    if isinstance(value, tuple):
        return tuple(from_wire(item, kept_value) for item in value)
    if isinstance(value, dict):
        return {key: from_wire(item, kept_value) for key, item in value.items()}
    if isinstance(value, HandleNumber):
        return kept_value(value.number)
    if isinstance(value, Array):
        import numpy as np

        return np.frombuffer(value.data, dtype=value.dtype).reshape(value.shape).copy()
    if isinstance(value, Tree):
        import sympy

        try:
            return _expression(sympy, value)
        except _UNBUILDABLE:
            return Opaque("a tree that is not an expression")
    return value


def _expression(sympy: Any, tree: Tree) -> Any:
    """The tree as sympy has it, nothing evaluated: what the student wrote is what is judged.

    Raises one of _UNBUILDABLE for a tree that is not an expression: the wire bounds shapes, not sense.
    """
    head, args = tree.head, tree.args
    if head == "Symbol":
        name, assumption = args
        return sympy.Symbol(name, **({assumption: True} if assumption in ("real", "positive") else {}))
    if head in ("Integer", "Rational", "Float"):
        return getattr(sympy, head)(*args)
    if head in CONSTANT_HEADS:
        return getattr(sympy, head)
    if head == "Function":
        return sympy.Function(args[0])(*(_part(sympy, item) for item in args[1:]), evaluate=False)
    parts = [_part(sympy, item) for item in args]
    if head == "Derivative":
        return sympy.Derivative(parts[0], *(tuple(pair) for pair in parts[1:]))
    if head == "Subs":
        return sympy.Subs(*parts)
    return getattr(sympy, head)(*parts, evaluate=False)


def _part(sympy: Any, value: Value) -> Any:
    """One argument of a tree: another, a list of some, or a plain number."""
    if isinstance(value, list):
        return [_part(sympy, item) for item in value]
    return _expression(sympy, value) if isinstance(value, Tree) else value
