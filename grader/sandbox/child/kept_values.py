"""Values of a student's that stay in the worker, under numbers that the grader has chosen for them.

What can be done with them from outside is one of Python's own operations, and everything of it may run a student's
code (`__getattr__`, `__add__`, `__del__`), so it is done where that is expected.
"""

import itertools
import operator
from collections.abc import Callable, Iterable
from typing import Any

from . import convert
from .protocol import MAX_HANDLES, HandleNumber, Opaque, Value

MAX_TEXT = 200  # characters of a text that is said at once; a longer one is asked for
MAX_PARTS = 10_000  # of a list, set or generator that is gone through from outside


class GoneError(Exception):
    """A number that this worker does not know."""


class ResultsError(Exception):
    """A result without the parts that were asked for; the message says what it is."""


class Table:
    """The values that stay, by number."""

    def __init__(self) -> None:
        self._values: dict[int, Any] = {}

    def get(self, number: int) -> Any:
        """The value. Raises GoneError."""
        if number not in self._values:
            raise GoneError(f"no value {number}")
        return self._values[number]

    def drop(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._values.pop(number, None)

    def send(self, result: Any, keep: int | list[int | None] | None) -> Value:
        """What crosses of a result, the rest of it kept as `keep` says. Raises ResultsError."""
        if keep is None:
            return convert.to_wire(result)
        if isinstance(keep, int):
            return self._put(keep, result)
        parts = _parts(result)
        if parts is None or len(parts) != len(keep):
            raise ResultsError(_described(result) if parts is None else f"{len(parts)} results")
        return [self.send(part, number) for part, number in zip(parts, keep, strict=True)]

    def _put(self, number: int, value: Any) -> Value:
        if len(self._values) >= MAX_HANDLES:
            raise ValueError(f"more than {MAX_HANDLES:,} values are in use at once")
        self._values[number] = value
        return _at_once(value)


def _at_once(value: Any) -> Value:
    """What is said of a value that stays: itself, where it is a short one that cannot change, or what it is."""
    if value is None or type(value) in (bool, int, float) or (type(value) is str and len(value) <= MAX_TEXT):
        return convert.to_wire(value)
    return Opaque(_described(value))


def _described(value: Any) -> str:
    """`an array of shape (2, 3)`, `a Value`, `None`."""
    crossing = convert.to_wire(value) if value is None or type(value).__name__ == "ndarray" else None
    shape = getattr(crossing, "shape", None)
    return f"an array of shape {shape}" if shape else "None" if value is None else convert.article(type(value).__name__)


def _parts(result: Any) -> list[Any] | None:
    """The parts of a tuple or list, whatever a subclass says of itself."""
    for kind in (tuple, list):
        if issubclass(type(result), kind):
            return list(kind.__iter__(result))
    return None


def holds_handle(sent: Value) -> bool:
    """Whether an argument is, or has in it, a value that stays."""
    if isinstance(sent, (list, tuple, dict)):
        return any(map(holds_handle, sent.values() if isinstance(sent, dict) else sent))
    return isinstance(sent, HandleNumber)


def _parts_of(value: Any) -> list[Any]:
    parts = list(itertools.islice(iter(value), MAX_PARTS + 1))
    if len(parts) > MAX_PARTS:
        raise ValueError(f"it has more than {MAX_PARTS:,} parts")
    return parts


# All that can be asked of a value that stays. `call` takes it and its arguments.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "value": lambda value: value,
    "getattr": getattr,
    "setattr": setattr,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "len": len,
    "parts": _parts_of,
    "call": lambda function, *args, **kwargs: function(*args, **kwargs),
    **{
        name: getattr(operator, name)
        for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "neg", "pos", "abs")
    },
}
