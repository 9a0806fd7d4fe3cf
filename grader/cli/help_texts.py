"""What a command's help calls the values of its options and arguments: FILE, N, POINT; not `<list[str]>`.

Typer shows types of Python's there, which say little to whoever reads the help of a command.
"""

from typing import Any

_OF_TYPE = {"path": "FILE", "int": "N", "int range": "N", "float": "N", "float range": "N"}


def name_values(command: Any) -> Any:
    """The same command (or group, with all of its commands), its values named: as declared, or by name and type."""
    for inner in getattr(command, "commands", {}).values():
        name_values(inner)
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            _name_argument(parameter)
        elif parameter.metavar is None and not parameter.is_flag:
            parameter.metavar = _metavar(parameter)
        parameter._get_number_range_help_str = lambda: None  # no 0<=x<=2147483647 beside what it defaults to
    return command


def _metavar(parameter: Any) -> str:
    shown = str(parameter.display_type_rich(None)).strip("<>")
    return shown if "|" in shown else _OF_TYPE.get(shown) or _upper(parameter.name)


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
