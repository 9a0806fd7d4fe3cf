"""No help text, message or name has a word that readers stumble over: what GLOSSARY and STYLE have better words for."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
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
    r"(?<![Tt]here )\b(is|are|was) no (?!(time|room|more|longer)\b)\w+": "is not a ...",
    r"\b(is|are) none of the\b": "is not one of the",
}
_ANY_BANNED = re.compile("|".join(f"(?:{pattern})" for pattern in BANNED))

# A name is a noun: which value is `found`, what was `seen`?
BARE_WORDS = {
    *("one", "own", "said", "told", "found", "known", "given"),
    *("asked", "kept", "seen", "wanted", "taken", "made", "done"),
}
# Fields that are stored, sent or shown under that name, where the class says what it is about.
BARE_FIELDS = {
    ("Examined", "kept"),  # the parts that a mutant got in full
    ("PointState", "given"),  # the mark that a person gave
    ("Task", "given"),
    ("Ask", "seen"),  # the mark that the page showed: a field of the form that a browser sends
    ("Request", "asked"),  # when a regrade was asked for: a column of the desk's table
    ("Question", "wanted"),  # about a file name: the expected name, and the name that was taken for it
    ("Question", "taken"),
    ("Finding", "found"),  # a column of the GPU report
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def messages() -> Iterator[tuple[str, str]]:
    """(place, text) of every string of the package that is not a docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for path in sorted((ROOT / "grader").rglob("*.py")):
        docstrings: set[int] = set()
        for node in ast.walk(parsed(path)):  # what holds a docstring comes before it
            if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr):
                docstrings.add(id(node.body[0].value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


@cache
def bound(path: Path) -> list[tuple[str, str, int]]:
    return [*bindings(parsed(path))]


def bindings(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """(class or function around it, name, line) of everything that a module binds: variables, arguments, attributes,
    functions, classes, imports and what patterns capture; in their order."""
    waiting = [(tree, "")]
    while waiting:
        node, scope = waiting.pop()
        names: list[str | None] = []
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
                names = [name]
            case ast.Name() | ast.Attribute() | ast.Constant() | ast.Call():
                pass  # most of what there is: nothing is bound
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names = [name]
            case ast.alias(name=name, asname=alias):
                names = [alias or name]
            case ast.MatchAs(name=name) | ast.MatchStar(name=name) | ast.ExceptHandler(name=name):
                names = [name]
            case ast.MatchMapping(rest=name):
                names = [name]
        yield from ((scope, name, getattr(node, "lineno", 0)) for name in names if name)
        inner = node.name if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) else scope
        children = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context)]
        waiting += ((child, inner) for child in reversed(children))


def bare_names(names: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """The bindings of a module that are named by a bare word, in any case, with or without underscores around it."""
    return [
        (scope, name, line)
        for scope, name, line in names
        if name.strip("_").lower() in BARE_WORDS and (scope, name) not in BARE_FIELDS
    ]


def banned(text: str) -> list[str]:
    if not _ANY_BANNED.search(text):
        return []
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


def test_no_name_is_a_bare_participle() -> None:
    folders = [*(ROOT / name for name in ("grader", "benchmarks", "scripts")), *(ROOT / "examples").glob("*/checks")]
    places = [
        f"{path.relative_to(ROOT)}:{line}: {name} in {scope or 'the module'}"
        for path in (path for folder in folders for path in sorted(folder.rglob("*.py")))
        for scope, name, line in bare_names(bound(path))
    ]
    assert places == [], "name what the value is, by a noun"


def test_every_exception_to_bare_names_is_needed() -> None:
    paths = [path for name in ("grader", "scripts") for path in (ROOT / name).rglob("*.py")]
    names = {(scope, name) for path in paths for scope, name, _ in bound(path)}
    assert names >= BARE_FIELDS


@pytest.mark.parametrize("command", [None, *(name for names in COMMANDS.values() for name in names)])
def test_no_help_has_a_banned_word(command: str | None) -> None:
    import grader.cli  # all commands register themselves where they are imported
    from grader.cli.commands import app

    for module in COMMANDS:
        __import__(f"grader.cli.{module}")
    shown = CliRunner().invoke(app, [command, "--help"] if command else ["--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert banned(" ".join(shown.output.split())) == [], grader.cli.__name__


def test_the_list_catches_what_it_is_for() -> None:
    assert banned("Next: mend 2.1")
    assert banned("x cannot be had here")
    assert [
        name
        for _, name, _ in bare_names(bindings(ast.parse("import a as found\nfor one in b: _kept = 1\nc.seen: int = 1")))
    ] == [
        "found",
        "one",
        "_kept",
        "seen",
    ]
    tree = ast.parse("class Told:\n def made(self, *given): case_ = done")
    assert [name for _, name, _ in bare_names(bindings(tree))] == ["Told", "made", "given"]
    assert not bare_names(bindings(ast.parse("class Ask:\n seen: int\nfound_files = {'found': 1}; x(found=1)")))
    assert not banned("recommend, amend; Next: fix 2.1")
    assert Path(__file__).name == "test_words.py"
