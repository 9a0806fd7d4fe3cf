"""Arrays as text: in one line for a sentence, as Python to paste; and as plain data."""

from typing import Any


def inline(array: Any) -> str:
    """Nested brackets, as many as there are axes: [[[[3, 1], [2, 4]]]]."""
    return _nested(array.tolist(), _number)


def literal(array: Any) -> str:
    """The same as Python reads it back exactly, floats with their point: [[[[3., 1.], [2., 4.]]]]."""
    return _nested(array.tolist(), _exact)


def plain(array: Any) -> Any:
    """Nested lists of numbers as JSON has them: integers where they are, complex numbers as text."""
    return [plain(item) for item in array] if array.ndim else _scalar(array.item())


def _nested(value: Any, number: Any) -> str:
    return f"[{', '.join(_nested(item, number) for item in value)}]" if isinstance(value, list) else number(value)


def _number(value: float | complex) -> str:
    return f"{value + 0:g}"  # + 0 turns -0.0 into 0


def _exact(value: float) -> str:
    text = repr(value + 0)
    return text.removesuffix("0") if text.endswith(".0") else text


def _scalar(value: float | complex) -> float | int | str:
    if isinstance(value, complex):
        return f"{value:g}"
    return int(value) if value == int(value) else value
