"""What a command says to a value that an option or argument cannot take: one sentence, with what it can.

Typer, and what it reads values with, have sentences of their own, which speak of Python's types.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from grader.cli.declared import Declared, declared
from grader.errors import UsageError

_TEXT = Declared(str)


def explain_values(command: Any) -> Any:
    """The same command (or group, with all of its commands), which raises UsageError for a value it cannot take."""
    for inner in getattr(command, "commands", {}).values():
        explain_values(inner)
    declarations = declared(command)
    for parameter in command.params:
        _explain(parameter, declarations.get(parameter.name, _TEXT))
    return command


def _explain(parameter: Any, value: Declared) -> None:
    read = parameter.process_value
    name = parameter.metavar if parameter.param_type_name == "argument" else max(parameter.opts, key=len)

    def process_value(context: Any, argument: Any) -> Any:
        texts = [
            text for text in (argument if isinstance(argument, tuple | list) else [argument]) if isinstance(text, str)
        ]
        if "" in texts and not value.may_be_empty:
            rest = "" if parameter.required else ", or leave it out"
            raise UsageError(f"{name} is empty; give {allowed(value)}{rest}. Is a variable of your shell not set?")
        try:
            return read(context, argument)
        except typer.BadParameter as error:
            if type(error) is not typer.BadParameter:  # a value that is missing
                raise
            raise UsageError(f"{name} {' '.join(texts)}: give {allowed(value)}.") from error

    parameter.process_value = process_value


def allowed(value: Declared) -> str:
    """What a value may be, as the object of a sentence."""
    if issubclass(value.kind, StrEnum):
        *others, last = value.kind
        return f"{', '.join(others)} or {last}"
    if value.kind in (int, float):
        return ("a whole number" if value.kind is int else "a number") + _range(value)
    return "a path" if value.kind is Path else "a value"


def _range(value: Declared) -> str:
    least, most = (getattr(value.info, bound, None) for bound in ("min", "max"))
    if most is not None:
        return f" from {least} to {most}"
    return "" if least is None else f" that is at least {least}"
