"""Every command, every option and argument: what it says to a value that it cannot take."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from grader.cli.commands import COMMANDS, app
from grader.errors import UsageError

TAKES_EMPTY_TEXT = {("review", "comment"), ("image", "torch")}
SENTENCES = {
    ("grade", "--sandbox", "foo"): "--sandbox foo: give jail, process or docker.",
    ("grade", "--seed", "x"): "--seed x: give a whole number from 0 to 2147483647.",
    ("grade", "--seed", "-1"): "--seed -1: give a whole number from 0 to 2147483647.",
    ("grade", "--seed", "1.5"): "--seed 1.5: give a whole number from 0 to 2147483647.",
    ("class", "--jobs", "0"): "--jobs 0: give a whole number that is at least 1.",
    ("review", "--score", "half"): "--score half: give a number.",
    ("desk", "--second", "101"): "--second 101: give a number from 0 to 100.",
    ("grade", "--rubric", ""): "--rubric is empty; give a path, or leave it out. Is a variable of your shell not set?",
    ("grade", ""): "PATH is empty; give a path. Is a variable of your shell not set?",
    ("watch", ""): "FOLDER is empty; give a path, or leave it out. Is a variable of your shell not set?",
    ("class", "--only", ""): "--only is empty; give a value, or leave it out. Is a variable of your shell not set?",
    ("grade", "--curves", "a.png"): "--curves a.png: the curves are drawn as SVG; choose a name that ends in .svg.",
}


def parameters() -> Iterator[tuple[str, Any]]:
    """Every parameter that takes a value, with its command."""
    from typer.main import get_group

    from grader.cli.commands import Commands

    group = get_group(app)
    assert isinstance(group, Commands)
    for name in (name for names in COMMANDS.values() for name in names):
        command = group.get_command(None, name)
        for inner in getattr(command, "commands", {"": command}).values():
            yield from (
                (f"{name} {inner.name}".strip(), own) for own in inner.params if not getattr(own, "is_flag", False)
            )


@pytest.mark.parametrize("arguments", SENTENCES, ids=" ".join)
def test_a_value_that_cannot_be_taken_is_one_sentence_that_says_what_can(arguments: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(app, arguments)
    assert isinstance(ended.exception, UsageError)
    assert str(ended.exception) == SENTENCES[arguments]


def test_no_parameter_takes_an_empty_text_for_a_folder_or_for_nothing_given() -> None:
    tried = 0
    for command, parameter in parameters():
        tried += 1
        if (command.split()[0], parameter.name) in TAKES_EMPTY_TEXT:
            assert parameter.process_value(None, "") == ""
            continue
        with pytest.raises(UsageError, match=r"is empty; give .*\. Is a variable of your shell not set\?"):
            parameter.process_value(None, ("",) if parameter.multiple or parameter.nargs != 1 else "")
    assert tried > 100
