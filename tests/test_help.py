"""What every command's --help says, word for word, at 80 columns: tests/golden/help.txt.

python -m tests.test_help        writes it anew, to be read by somebody who has never used the command
"""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from typer.testing import CliRunner

from grader.cli.commands import COMMANDS, SECTIONS
from tests.support.command import ROOT

GOLDEN = ROOT / "tests" / "golden" / "help.txt"
WIDTH = 80
_HEAD = "$ grader "


def asked() -> Iterator[tuple[str, ...]]:
    """Nothing, each command, and each command of a group."""
    from grader.cli.commands import app

    yield ()
    for module, names in COMMANDS.items():
        import_module(f"grader.cli.{module}")
        for name in names:
            yield (name,)
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands if group.typer_instance else ():
            yield (str(group.name), str(command.name or command.callback.__name__))  # type: ignore[union-attr]


def shown(command: tuple[str, ...]) -> str:
    from grader.cli.commands import app

    result = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": str(WIDTH), "TERMINAL_WIDTH": str(WIDTH)})
    assert result.exit_code == 0, result.output
    lines = result.output.replace("Usage: root", "Usage: grader").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def golden() -> dict[str, str]:
    sections = GOLDEN.read_text(encoding="utf-8").split(_HEAD)[1:]
    return {head: text.strip("\n") for head, _, text in (section.partition("\n") for section in sections)}


def head(command: tuple[str, ...]) -> str:
    return " ".join([*command, "--help"])


def test_every_module_of_commands_is_in_one_section() -> None:
    assert sorted(module for modules in SECTIONS.values() for module in modules) == sorted(COMMANDS)


@pytest.mark.parametrize("command", list(asked()), ids=head)
def test_help(command: tuple[str, ...]) -> None:
    text = shown(command)
    assert text == golden()[head(command)]
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []


@pytest.mark.parametrize("command", list(asked()), ids=head)
def test_no_help_shows_a_type_of_pythons(command: tuple[str, ...]) -> None:
    assert re.findall(r"<[a-z]|\[str\]|\brange\b|[<>]=|\{\w+\}|\b(?:TEXT|INTEGER|PATH\.\.\.)\b", shown(command)) == []


def test_every_section_is_of_a_command() -> None:
    assert list(golden()) == [head(command) for command in asked()]


if __name__ == "__main__":
    GOLDEN.write_text("\n\n".join(f"{_HEAD}{head(own)}\n{shown(own)}" for own in asked()) + "\n", encoding="utf-8")
