"""Values as checks have them <-> values as the wire has them: the grader's end."""

from typing import Any

import numpy as np

from grader.sandbox.child.convert import article
from grader.sandbox.child.protocol import MAX_INT_BYTES, MAX_NDIM, SENT_DTYPES, Array, HandleNumber, Opaque, Tree, Value
from grader.suite.expressions import flaw
from grader.suite.handles import Handle, kept_value_of
from grader.text import one_line, plain

MAX_TEXT = 10_000  # characters of a text that a function returned; ours, from an oracle, come this way too
MAX_DEPTH = 100  # of lists in lists that a check sends; far below Python's own limit and the wire's
MAX_REASON = 200  # of what a value was that did not cross


def to_wire(value: Any, home: object = None, depth: int = 0) -> Value:
    """A check's argument as the wire has it; a handle may only be sent to `home`, where its value is.

    Everything arrives as it is, but numpy's scalars arrive as Python's own numbers and texts, and arrays in C order and
    little-endian. Raises TypeError for what would not arrive so: a fault of ours.
    """
    if depth > MAX_DEPTH:
        raise TypeError(f"a value nested more than {MAX_DEPTH} deep cannot be sent to a worker; does it hold itself?")
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.longdouble):  # its own item() is one again
        return float(value)
    if isinstance(value, np.generic):
        return to_wire(value.item())
    if isinstance(value, list):
        return [to_wire(item, home, depth + 1) for item in value]
    if isinstance(value, tuple):
        return tuple(to_wire(item, home, depth + 1) for item in value)
    if isinstance(value, dict):
        return {_key(key): to_wire(item, home, depth + 1) for key, item in value.items()}
    if isinstance(value, Handle):
        if kept_value_of(value).worker.home is not home:
            raise TypeError(f"{value!r} stays in another worker; send its value: fetch(...)")
        return HandleNumber(kept_value_of(value).number)
    return _scalar(value)


def _array(value: Any) -> Array:
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError("a MaskedArray cannot be sent to a worker; send its data and its mask")
    dtype = value.dtype.newbyteorder("<").str
    if dtype not in SENT_DTYPES:
        raise TypeError(f"an array of dtype {value.dtype} cannot be sent to a worker")
    if value.ndim > MAX_NDIM:
        raise TypeError(f"an array of {value.ndim} dimensions cannot be sent to a worker; {MAX_NDIM} are the most")
    return Array(dtype, value.shape, np.ascontiguousarray(value, dtype).tobytes())


def _key(key: Any) -> str:
    if not isinstance(key, str):
        kind = f"{key!r} is of type {type(key).__name__}"
        raise TypeError(f"a dictionary whose key {kind} cannot be sent to a worker; its keys have to be strings")
    return _text(str(key))


def _text(value: str) -> str:
    if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise TypeError("a text with half a surrogate pair cannot be sent to a worker")
    return value


def _scalar(value: Any) -> Value:
    if type(value) is str:
        return _text(value)
    if type(value) is int and value.bit_length() // 8 + 1 > MAX_INT_BYTES:
        most = 8 * MAX_INT_BYTES - 1
        raise TypeError(f"an integer of {value.bit_length()} bits cannot be sent to a worker; {most} are the most")
    if value is None or type(value) in (bool, int, float, bytes, Tree):
        return value  # type: ignore[no-any-return]
    raise TypeError(f"{article(type(value).__name__)} cannot be sent to a worker")


def from_wire(value: Value) -> Any:
    """What a worker sent, arrays as exact numpy arrays. Trees and opaque values stay what they are.

    A worker is believed in nothing: texts are cut and cleaned, and a tree that is not an expression becomes an
    `Opaque`, since an oracle hands trees to sympy, which evaluates a text that it finds among an expression's
    arguments.
    """
    if isinstance(value, Array):
        if value.dtype == "|b1":  # a byte that is neither 0 nor 1 is not a numpy bool
            return (np.frombuffer(value.data, dtype=np.uint8) != 0).reshape(value.shape)
        return np.frombuffer(value.data, dtype=value.dtype).reshape(value.shape).copy()
    if isinstance(value, list):
        return [from_wire(item) for item in value]
    if isinstance(value, dict):
        return {one_line(key, MAX_REASON): from_wire(item) for key, item in value.items()}
    if isinstance(value, str):
        return plain(value, MAX_TEXT)
    if isinstance(value, bytes):
        return Opaque("bytes")
    if isinstance(value, Opaque):
        return Opaque(one_line(value.reason, MAX_REASON))
    if isinstance(value, Tree):
        wrong = flaw(value)
        return value if wrong is None else Opaque(wrong)
    return value
