"""Whatever a function returned, read as an array of numbers; or a sentence that says why it is none."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.oracles.figures import figure
from grader.sandbox.child.protocol import Opaque, Tree

Floats: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[Any]  # float64 or complex128

MAX_AXES = 8  # of nested lists; numpy itself takes 64, the answers have at most 4
IS_NONE = "is None: a `return` is missing, or it returns nothing"


class UnreadableError(ValueError):
    """The value is not what it should be; the message is the sentence about it, without its subject. `values` are its
    numbers, where it is an array of numbers some of which are not finite."""

    values: "Numbers | None" = None


def sentence(subject: str, predicate: object) -> str:
    """A sentence for the student, ended as it has to be."""
    text = f"{subject} {predicate}"
    return text if text.endswith("?") else f"{text}."


@dataclass(frozen=True, slots=True)
class Reading:
    """Numbers, all of them finite, and the dtype in which they came (float64 for lists)."""

    values: Numbers
    dtype: str


def read_array(value: Any) -> Reading:
    """The numbers in arrays, nested lists, tuples and matrices. Raises UnreadableError for what else can have crossed
    the wire, TypeError for what cannot."""
    if value is None:
        raise UnreadableError(IS_NONE)
    if isinstance(value, np.ndarray):
        reading = Reading(_widened(value), str(value.dtype))
    else:
        shape, flat = _flatten(value)
        if len(shape) > MAX_AXES:
            raise UnreadableError(f"is nested {len(shape)} deep")
        numbers = np.array(flat, dtype=np.complex128 if any(isinstance(item, complex) for item in flat) else np.float64)
        reading = Reading(numbers.reshape(shape), str(numbers.dtype))
    finite = np.isfinite(reading.values)
    if not finite.all():
        place = tuple(int(index) for index in np.argwhere(~finite)[0])
        where = f" at [{', '.join(map(str, place))}]" if place else ""
        error = UnreadableError(
            f"is not finite: {figure(reading.values[place].item())}{where}, {_count(int((~finite).sum()))} in all"
        )
        error.values = reading.values
        raise error
    return reading


def _widened(array: NDArray[Any]) -> Numbers:
    return array.astype(np.complex128) if array.dtype.kind == "c" else array.astype(np.float64)


def _flatten(value: Any) -> tuple[tuple[int, ...], list[float | complex]]:
    """Shape and entries of nested lists, arrays among them."""
    if isinstance(value, np.ndarray):
        return value.shape, list(_widened(value).ravel().tolist())
    if not isinstance(value, list):
        return (), [_number(value)]
    parts = [_flatten(item) for item in value]
    shapes = [shape for shape, _ in parts]
    if any(shape != shapes[0] for shape in shapes) and any(isinstance(item, np.ndarray) for item in value):
        raise UnreadableError("comes together with something else, as a list or tuple; return it alone")
    if any(shape != shapes[0] for shape in shapes):
        raise UnreadableError("is a nested list whose rows differ in length, so that it is not an array")
    return (len(parts), *(shapes[0] if shapes else ())), [entry for _, entries in parts for entry in entries]


def _number(value: Any) -> float | complex:
    if isinstance(value, bool | int | float):
        return float(value)
    if value is None:
        raise UnreadableError("holds None where numbers belong")
    if isinstance(value, str):
        raise UnreadableError("holds text where numbers belong")
    if isinstance(value, dict):
        raise UnreadableError("holds a dictionary where an array of numbers belongs")
    if isinstance(value, Opaque):
        raise UnreadableError(f"holds {value.reason} where an array of numbers belongs")
    number = number_of(value)
    if number is None and not isinstance(value, Tree | complex | np.generic):
        raise TypeError(f"{value!r} is not plain data; a handle is asked for its value: fetch(...)")
    if number is None:
        raise UnreadableError("is symbolic; this function is given numbers and has to return numbers")
    return number


def number_of(value: Any) -> float | None:
    """The value of a number or of a tree that is made of numbers alone, as a matrix's entries are; None for others."""
    if isinstance(value, bool | int | float):
        return float(value)
    if not isinstance(value, Tree):
        return None
    if value.head in ("pi", "E", "oo", "nan"):
        return {"pi": np.pi, "E": np.e, "oo": np.inf, "nan": np.nan}[value.head]
    args = [number_of(item) for item in value.args]
    if any(item is None for item in args):
        return None
    return _evaluated(value.head, [item for item in args if item is not None])


def _evaluated(head: str, args: list[float]) -> float | None:
    try:
        match head:
            case "Integer" | "Float":
                return args[0]
            case "Rational":
                return args[0] / args[1]
            case "Add":
                return float(sum(args))
            case "Mul":
                return float(np.prod(args))
            case "Pow":
                power = args[0] ** args[1]
                return None if isinstance(power, complex) else power
    except (ArithmeticError, IndexError, ValueError):
        return float("nan")
    return None


def _count(number: int) -> str:
    return f"{number} such {'entry' if number == 1 else 'entries'}"
