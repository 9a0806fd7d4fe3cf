"""Values of a student's that stay in their worker, as a check holds them.

    out, cache = layers.conv_forward(x, w, b, params)      # `cache` is named in the rubric's `handles`
    dx, dw, db = layers.conv_backward(dout, cache)
    a = engine.Value(2.0)
    (a * a + 1).backward()
    float(a.grad)

Every operation on a handle is carried out in the worker, by the student's own code, and its result is a handle again:
an attribute, an item, what a method returns, a sum. So if a student returned something else, Python raises in their
worker at the next step, and the error is theirs. Numbers and arrays are fetched by value: `float(handle)`,
`fetch(handle)`. No code of the student's runs here: a handle only has a number, the worker a table of values.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from grader.model import CallFailure, Outcome, Verdict
from grader.oracles.numeric.arrays import UnreadableError, read_array, sentence
from grader.sandbox.child.kept_values import MAX_PARTS
from grader.sandbox.child.protocol import Opaque

MAX_LABEL = 40  # characters of an operand; a longer one is left out
_ELLIPSIS = "…"


class Worker(Protocol):
    """The worker that holds a handle's value. `home` identifies it: equal for all who ask the same worker."""

    @property
    def home(self) -> object: ...

    def operate(self, operation: "Operation") -> Any:
        """The result: a handle, or with `by_value` plain data. Raises CallFailure."""

    def drop(self, number: int) -> None:
        """The value of this number is not needed any more."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One of Python's own operations on values that stay. `subject` is how a student would write it."""

    name: str
    args: tuple[Any, ...]
    subject: str
    label: str  # of the result, as part of a longer expression
    member: str | None = None  # the name in the rubric, such as `Net.loss`, where it has one
    kwargs: Mapping[str, Any] | None = None
    by_value: bool = False


@dataclass(frozen=True, slots=True)
class KeptValue:
    """What is known of a value that stays. `preview` is the value itself if it cannot change, else an Opaque."""

    worker: Worker
    number: int
    label: str
    preview: Any
    member: str | None = None


def _unary(name: str, form: str) -> Callable[["Handle"], Any]:
    def operator(self: "Handle") -> Any:
        subject = form.format(_label_of(self))
        return kept_value_of(self).worker.operate(Operation(name, (self,), subject, f"({subject})"))

    return operator


def _binary(name: str, sign: str) -> tuple[Callable[["Handle", Any], Any], Callable[["Handle", Any], Any]]:
    """The operator with the handle on its left, and on its right."""

    def operate(handle: "Handle", left: Any, right: Any) -> Any:
        subject = f"{_label_of(left)} {sign} {_label_of(right)}"
        return kept_value_of(handle).worker.operate(Operation(name, (left, right), subject, f"({subject})"))

    return lambda self, other: operate(self, self, other), lambda self, other: operate(self, other, self)


class NoLengthError(CallFailure, TypeError):
    """`len(handle)` raised in the worker.

    Python asks for a length before it makes a list of anything, and takes a TypeError for an answer: a generator has
    none, and `list(handle)` has its parts all the same.
    """


class Handle:
    """A value that stays. Attributes, items, calls and operators are those of the student's object."""

    __slots__ = ("__kept_value",)
    __array_ufunc__ = None  # array * handle is the handle's to answer
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, kept_value: KeptValue) -> None:
        object.__setattr__(self, "_Handle__kept_value", kept_value)

    def __del__(self) -> None:
        self.__kept_value.worker.drop(self.__kept_value.number)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{self!r} cannot be copied: the value is the student's")

    def __repr__(self) -> str:
        return f"<handle of {self.__kept_value.label}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # numpy, copy and pickle probe for their protocols
            raise AttributeError(name)
        kept_value = self.__kept_value
        if kept_value.preview is None:
            raise _wrong(f"{kept_value.label} is None, and so has no {name}. Is a return missing?")
        subject, member = f"{kept_value.label}.{name}", f"{kept_value.member}.{name}" if kept_value.member else None
        return kept_value.worker.operate(Operation("getattr", (self, name), subject, subject, member))

    def __setattr__(self, name: str, value: Any) -> None:
        subject = f"{self.__kept_value.label}.{name} = {_label_of(value)}"
        self.__kept_value.worker.operate(Operation("setattr", (self, name, value), subject, subject))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        kept_value = self.__kept_value
        subject = call_label(kept_value.label, args, kwargs)
        return kept_value.worker.operate(Operation("call", (self, *args), subject, subject, kept_value.member, kwargs))

    def __getitem__(self, key: Any) -> Any:
        subject = f"{self.__kept_value.label}[{_label_of(key)}]"
        return self.__kept_value.worker.operate(Operation("getitem", (self, key), subject, subject))

    def __setitem__(self, key: Any, value: Any) -> None:
        subject = f"{self.__kept_value.label}[{_label_of(key)}] = {_label_of(value)}"
        self.__kept_value.worker.operate(Operation("setitem", (self, key, value), subject, subject))

    def __len__(self) -> int:
        subject = f"len({self.__kept_value.label})"
        try:
            length = self.__kept_value.worker.operate(Operation("len", (self,), subject, subject, by_value=True))
        except CallFailure as failure:
            if failure.kind != "error":
                raise
            raise NoLengthError(failure.verdict, failure.kind, failure.frames, failure.advice) from failure
        if type(length) is not int or not 0 <= length <= MAX_PARTS:
            raise _wrong(f"{self.__kept_value.label} has {length} parts; at most {MAX_PARTS:,} are looked at.")
        return length

    def __iter__(self) -> Iterator[Any]:
        """A handle for each part of a list, a set, a generator; of a dict, for each key."""
        parts = self.__kept_value.worker.operate(
            Operation("parts", (self,), f"list({self.__kept_value.label})", self.__kept_value.label)
        )
        return (parts[place] for place in range(len(parts)))

    def __float__(self) -> float:
        return _number(self.__kept_value.label, fetch(self))

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(f"{self!r} is not an array; ask for its value: fetch(...)")

    def __bool__(self) -> NoReturn:
        raise TypeError(f"the student's own code would say whether {self!r} is true; ask for its value: fetch(...)")

    def __compare(self, other: Any) -> NoReturn:
        raise TypeError(f"the student's own code would compare {self!r}; compare its value: fetch(...)")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __compare

    __neg__, __pos__, __abs__ = _unary("neg", "-{}"), _unary("pos", "+{}"), _unary("abs", "abs({})")
    __add__, __radd__ = _binary("add", "+")
    __sub__, __rsub__ = _binary("sub", "-")
    __mul__, __rmul__ = _binary("mul", "*")
    __truediv__, __rtruediv__ = _binary("truediv", "/")
    __floordiv__, __rfloordiv__ = _binary("floordiv", "//")
    __mod__, __rmod__ = _binary("mod", "%")
    __pow__, __rpow__ = _binary("pow", "**")
    __matmul__, __rmatmul__ = _binary("matmul", "@")


def fetch(value: Any) -> Any:
    """The value behind a handle as plain data, as if a function had returned it; anything else as it is.

    Raises CallFailure.
    """
    if not isinstance(value, Handle):
        return value
    kept_value = kept_value_of(value)
    if not isinstance(kept_value.preview, Opaque):
        return kept_value.preview
    return kept_value.worker.operate(Operation("value", (value,), kept_value.label, kept_value.label, by_value=True))


def keep(module: Any, name: str, value: Any) -> Any:
    """A handle of plain data that the student's code may change: a fresh copy stays beside `module`.

    `name` is what sentences call it. Raises CallFailure where there is no such module.
    """
    return module(Operation("value", (value,), name, name))


def kept_value_of(handle: Handle) -> KeptValue:
    kept_value: KeptValue = object.__getattribute__(handle, "_Handle__kept_value")
    return kept_value


def call_label(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """`Value(2.0, label='a')`; `name(…)` where that would be long."""
    parts = [*map(_label_of, args), *(f"{key}={_label_of(value)}" for key, value in kwargs.items())]
    text = ", ".join(parts)
    return f"{name}({text if len(text) <= MAX_LABEL else _ELLIPSIS})"


def _label_of(value: Any) -> str:
    if isinstance(value, Handle):
        text = kept_value_of(value).label
    elif value is None or isinstance(value, bool | int | float | str):
        text = repr(value)
    else:
        return _ELLIPSIS
    return text if len(text) <= MAX_LABEL else _ELLIPSIS


def _number(label: str, value: Any) -> float:
    """The number that a value is. Raises CallFailure."""
    if value is None or isinstance(value, Opaque):
        raise _wrong(f"{label} is {value.reason if value else None}, not a number.")
    try:
        values = read_array(value).values
    except UnreadableError as error:
        raise _wrong(sentence(label, error)) from error
    if values.ndim:
        raise _wrong(f"{label} is an array of shape {values.shape}, not a number.")
    if values.dtype.kind == "c":
        raise _wrong(f"{label} is a complex number; its imaginary part does not belong there.")
    return float(values)


def _wrong(message: str) -> CallFailure:
    return CallFailure(Verdict.failed(message), Outcome.FAILED.value)
