"""No help text and no message has a word that readers stumble over: what GLOSSARY and STYLE have better words for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli.commands import COMMANDS
from tests.support.command import ROOT

# What must not be said, and what is said instead.
BANNED = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"cannot be had|can be had": "is not available",
    r"may be given again": "repeatable",
    r"for a person to give|a person gives": "pending manual review",
    r"comes? of it\b": "output, result",
    r"stands? (here )?twice": "is duplicated",
    r"\bholds signs\b": "contains unsupported characters",
    r"\bbelongs? into\b": "belongs in",
    r"is not there yet": "is not written yet",
    r"(file|exercise) earns nothing": "scores 0",
    r"[Ww]ithout walls|behind walls": "practice run, official grading",
    r"\bhand on\b": "pass on",
    r"what it asks": "task",
    r"nobody types": "remove input()",
    r"forgets what follows": "drops",
    r"(?<!there )\bis no (time|number|device|folder|list|text)\b": "is not a ...",
}


def messages() -> Iterator[tuple[str, str]]:
    """(place, text) of every string of the package that is not a docstring."""
    for path in sorted((ROOT / "grader").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def banned(text: str) -> list[str]:
    return [f"{pattern} (say: {better})" for pattern, better in BANNED.items() if re.search(pattern, text)]


def test_no_message_has_a_banned_word() -> None:
    assert {place: found for place, text in messages() if (found := banned(text))} == {}


def test_no_text_for_students_has_a_banned_word() -> None:
    paths = [
        *(ROOT / "student_template").glob("*.*"),
        *(ROOT / "grader").rglob("*.toml"),
        *(ROOT / "grader").rglob("*.jinja"),
        *(ROOT / "examples").rglob("*.toml"),
        *(ROOT / "examples").glob("*/checks/*.py"),
        *(ROOT / "examples").glob("*/student_template/**/*.*"),
    ]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths if path.is_file()}
    assert {name: found for name, text in texts.items() if (found := banned(text))} == {}


@pytest.mark.parametrize("command", [None, *(name for names in COMMANDS.values() for name in names)])
def test_no_help_has_a_banned_word(command: str | None) -> None:
    import grader.cli  # all commands register themselves where they are imported
    from grader.cli.app import app

    for module in COMMANDS:
        __import__(f"grader.cli.{module}")
    shown = CliRunner().invoke(app, [command, "--help"] if command else ["--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert banned(" ".join(shown.output.split())) == [], grader.cli.__name__


def test_the_list_catches_what_it_is_for() -> None:
    assert banned("Next: mend 2.1")
    assert banned("x cannot be had here")
    assert not banned("recommend, amend; Next: fix 2.1")
    assert Path(__file__).name == "test_words.py"
