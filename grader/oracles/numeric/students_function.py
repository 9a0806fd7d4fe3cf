"""Which of the student's functions a check has asked: itself, or behind a function of the check's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import Any

MAX_DEPTH = 4  # functions within functions of a check that are looked into
MODULE = "__student_module__"  # an attribute of what stands for a student's module or function: the module's name


@dataclass(frozen=True, slots=True)
class StudentsFunction:
    """The student's module, and the name of the function in it where the check has handed over that very function."""

    module: str
    name: str | None


def students_function(function: Callable[..., Any]) -> StudentsFunction | None:
    """Where a function of a check's own asks several modules, the first that it names; None where there is none."""
    name = getattr(function, "__name__", "")
    if isinstance(function, FunctionType):
        if MODULE in vars(function):
            return StudentsFunction(vars(function)[MODULE], name)
        # No student's, but anybody can import it: it stands in a file by its name.
        if function.__qualname__ == name and name.isidentifier():
            return StudentsFunction(function.__module__, name)
    module = next(_modules(function, MAX_DEPTH), None)
    return None if module is None else StudentsFunction(module, None)


def _modules(value: Any, depth: int) -> Iterator[str]:
    """Those that a function has in its closure, its defaults or its bound arguments. Nothing is asked of handles: only
    what stands for a module has the attribute in its type."""
    if hasattr(type(value), MODULE):
        yield str(getattr(value, MODULE))
    elif isinstance(value, FunctionType) and MODULE in vars(value):
        yield str(vars(value)[MODULE])
    elif depth and isinstance(value, FunctionType):
        for held in (*_captured(value), *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()):
            yield from _modules(held, depth - 1)
    elif depth and isinstance(value, partial):
        for held in (value.func, *value.args, *value.keywords.values()):
            yield from _modules(held, depth - 1)


def _captured(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not assigned yet
            continue
