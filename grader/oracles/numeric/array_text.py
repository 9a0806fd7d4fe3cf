"""Arrays as text: side by side for a terminal, in one line for a sentence, as Python to paste, as plain data."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import numpy as np


def picture(arrays: Mapping[str, Any]) -> str:
    """Arrays side by side, each under its name, columns aligned; leading axes of length 1 are left out."""
    blocks = [_block(name, array) for name, array in arrays.items()]
    widths = [max(len(line) for line in block) for block in blocks]
    rows = zip_longest(*blocks, fillvalue="")
    return "\n".join(
        "   ".join(line.ljust(width) for line, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def inline(array: Any) -> str:
    """Nested brackets, as many as there are axes: [[[[3, 1], [2, 4]]]]."""
    return _nested(array.tolist(), _number)


def literal(array: Any) -> str:
    """The same as Python reads it back exactly, floats with their point: [[[[3., 1.], [2., 4.]]]]."""
    return _nested(array.tolist(), _exact)


def plain(array: Any) -> Any:
    """Nested lists of numbers as JSON has them: integers where they are, complex numbers as text."""
    return [plain(item) for item in array] if array.ndim else _scalar(array.item())


def _block(name: str, array: Any) -> list[str]:
    lines = [name]
    if array.size == 0:
        return [*lines, f"empty {array.shape}"]
    maps = array.reshape(-1, *array.shape[-2:]) if array.ndim > 2 else np.atleast_2d(array)[None]
    width = max(len(_number(entry)) for entry in array.ravel().tolist())
    for index, rows in enumerate(maps):
        lines += [""] if index else []
        lines += [" ".join(_number(entry).rjust(width) for entry in row) for row in rows.tolist()]
    return lines


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
