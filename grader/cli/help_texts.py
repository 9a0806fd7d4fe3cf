"""What a command's help calls the values of its options and arguments: FILE, N, POINT; not `<list[str]>`.

Typer shows types of Python's there, which say little to whoever reads the help of a command.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any

from grader.cli.declared import Declared, declared

_OF_TYPE = {Path: "FILE", int: "N", float: "N"}


def name_values(command: Any) -> Any:
    """The same command (or group, with all of its commands), its values named: as declared, or by name and type."""
    for inner in getattr(command, "commands", {}).values():
        name_values(inner)
    declarations = declared(command)
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            _name_argument(parameter)
        elif parameter.metavar is None and not parameter.is_flag and parameter.name in declarations:
            parameter.metavar = _metavar(parameter.name, declarations[parameter.name])
        parameter._get_number_range_help_str = lambda: None  # no 0<=x<=2147483647 beside what it defaults to
    return command


def _metavar(name: str, value: Declared) -> str:
    if issubclass(value.kind, StrEnum):
        return "|".join(value.kind)
    return _OF_TYPE.get(value.kind) or _upper(name)


def _upper(name: str) -> str:
    return name.upper().replace("_", "-")


def _name_argument(parameter: Any) -> None:
    """FOLDER, in the usage too: in brackets where it can be left out."""
    name = parameter.metavar or _upper(parameter.name)
    more = "" if parameter.nargs == 1 else "..."
    parameter.metavar = name
    parameter._rich_display_name = lambda: f"{name}{more}"
    parameter.display_type_rich = lambda ctx: None
    parameter.get_usage_pieces = lambda ctx: [f"{name}{more}" if parameter.required else f"[{name}{more}]"]
