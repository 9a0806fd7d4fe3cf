"""What goes into a call and comes out of it, as text: in a sentence, as lines to paste, as plain data for a report.

An argument is an array, or whatever else a function takes: a number, None, a text, a list of such.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from grader.oracles.figures import DIGITS, figure

Arguments: TypeAlias = Mapping[str, Any]


def size(value: Any) -> int:
    """Entries of an array, and of lists of such; anything else is one."""
    match value:
        case np.ndarray():
            return value.size
        case list() | tuple():
            return sum(map(size, value))
        case _:
            return 1


def shape(value: Any) -> tuple[int, ...] | None:
    """Of an array; None for what is none."""
    return value.shape if isinstance(value, np.ndarray) else None


def described(name: str, value: Any) -> str:
    """`X of shape (2, 4)`; what has no axes by its value, `stride 2`."""
    return f"{name} of shape {value.shape}" if shape(value) else f"{name} {inline(value)}"


def inline(value: Any, digits: int = DIGITS) -> str:
    """Nested brackets, as many as there are axes: [[[[3, 1], [2, 4]]]]."""
    return _nested(_as_python(value), partial(_figure, digits=digits))


def literal(value: Any) -> str:
    """An expression that Python reads back exactly, floats with their point: np.array([[3., 1.], [2., 4.]])."""
    if not shape(value):
        return _nested(_as_python(value), _exact)
    return f"np.array({_nested(value.tolist(), _exact)})" if value.size else f"np.zeros({value.shape})"


def plain(value: Any) -> Any:
    """Numbers and nested lists of numbers as JSON has them: integers where they are, as text what JSON has not."""
    return _plain(_as_python(value))


def plain_arguments(arguments: Arguments) -> dict[str, Any]:
    """The arguments that are numbers; a picture shows no others."""
    return {name: plain(value) for name, value in arguments.items() if _is_numeric(value)}


def _as_python(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float | complex)


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, list) else _json_number(value)


def _nested(value: Any, scalar: Callable[[Any], str]) -> str:
    match value:
        case list():
            return f"[{', '.join(_nested(item, scalar) for item in value)}]"
        case tuple():
            inner = ", ".join(_nested(item, scalar) for item in value)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case np.ndarray():
            return literal(value) if scalar is _exact else inline(value)
        case dict():
            return f"{{{', '.join(f'{key!r}: {_nested(item, scalar)}' for key, item in value.items())}}}"
        case _:
            return scalar(value)


def _figure(value: Any, digits: int) -> str:
    is_number = isinstance(value, int | float | complex) and not isinstance(value, bool)
    return figure(value, digits) if is_number else repr(value)


def _exact(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | complex):
        return repr(value)
    if not np.isfinite(value):
        return {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}.get(repr(value), f"complex({str(value)!r})")
    text = repr(value + 0)
    return text.removesuffix("0") if text.endswith(".0") else text


def _json_number(value: float | complex) -> float | int | str:
    if isinstance(value, complex) or not np.isfinite(value):
        return figure(value)
    return int(value) if value == int(value) else value
