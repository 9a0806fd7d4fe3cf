"""Values as checks have them <-> values as the wire has them: the grader's end."""

from typing import Any

import numpy as np

from grader.sandbox.child.protocol import Array, HandleNumber, Opaque, Tree, Value
from grader.suite.expressions import flaw
from grader.suite.handles import Handle, kept_of
from grader.text import one_line, plain

MAX_TEXT = 10_000  # characters of a text that a function returned; ours, from an oracle, come this way too
MAX_REASON = 200  # of what a value was that did not cross


def to_wire(value: Any, home: object = None) -> Value:
    """What a check hands over; handles only to `home`, where their values are.

    Raises TypeError for anything but plain data, arrays, trees and such handles: a fault of ours.
    """
    if isinstance(value, np.ndarray):
        dtype = value.dtype.newbyteorder("<").str
        return Array(dtype, value.shape, np.ascontiguousarray(value, dtype).tobytes())
    if isinstance(value, np.generic):
        return to_wire(value.item())
    if isinstance(value, list | tuple):
        return [to_wire(item, home) for item in value]
    if isinstance(value, dict):
        return {str(key): to_wire(item, home) for key, item in value.items()}
    if isinstance(value, Handle):
        if kept_of(value).worker.home is not home:
            raise TypeError(f"{value!r} stays in another worker; send its value: fetch(...)")
        return HandleNumber(kept_of(value).number)
    if value is None or isinstance(value, bool | int | float | str | bytes | Tree):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be sent to a worker")


def from_wire(value: Value) -> Any:
    """What a worker sent, arrays as exact numpy arrays. Trees and opaque values stay what they are.

    A worker is believed in nothing: texts are cut and cleaned, and a tree that is no expression becomes an `Opaque`,
    since an oracle hands trees to sympy, which evaluates a text that it finds among an expression's arguments.
    """
    if isinstance(value, Array):
        if value.dtype == "|b1":  # a byte that is neither 0 nor 1 is no numpy bool
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
