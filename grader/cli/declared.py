"""What a command declares of an option or argument: its type, and what typer is told of it.

Read from the command's own signature. What typer makes of it is inside typer, and another in each of its versions.
"""

import inspect
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from typer.models import ParameterInfo

MAY_BE_EMPTY = object()  # beside typer's own in an annotation


@dataclass(frozen=True, slots=True)
class Declared:
    """`kind` is the type of one value: `list[Path] | None` declares paths. `may_be_empty`: "" is a value, too."""

    kind: type
    info: ParameterInfo | None = None
    may_be_empty: bool = False


def declared(command: Any) -> dict[str, Declared]:
    """What a command declares, by the names of its parameters; nothing of those that typer adds (`--help`)."""
    if command.callback is None:
        return {}
    return {
        name: Declared(
            _value_type(parameter.annotation),
            _info(parameter.annotation),
            may_be_empty=parameter.default == "" or MAY_BE_EMPTY in get_args(parameter.annotation),
        )
        for name, parameter in inspect.signature(command.callback).parameters.items()
    }


def _value_type(annotation: Any) -> type:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _value_type(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _value_type(next(inner for inner in get_args(annotation) if inner is not NoneType))
    return _value_type(get_args(annotation)[0]) if origin is list else annotation


def _info(annotation: Any) -> ParameterInfo | None:
    metadata = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((inner for inner in metadata if isinstance(inner, ParameterInfo)), None)
