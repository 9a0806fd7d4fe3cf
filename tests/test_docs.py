"""The documentation is true: its commands are run, its files and messages exist.

Every line of every `sh` block is run here as it stands there, or has its reason in `NOT_RUN`.
"""

import importlib
import inspect
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import warm_commands
from tests.support.command import ROOT
from tests.support.environments import shell

pytestmark = pytest.mark.slow

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("student_template/*.md"))
)
WIDTH = 100  # tables and pictures are a line each, however long
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_VARIES = r"…|:|exercise\w\.py|\(.*\)|[\d.]*\d(?: seconds?)?"  # in a message that is quoted
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
_MAKE = re.compile(r"\bmake ([a-z]+)")

# What begins like this is not run here, and why.
NOT_RUN = {
    "make": "that the target exists is tested below; CI runs `make lint` and `make test` themselves",
    "pip install": "tests/test_handout.py and tests/test_wheel.py install for real, without a network",
    "pipx install": "as pip does",
    "uvx": "downloads all that the grader needs; the release workflow grades with the wheel",
    "python3 -m venv": "tests/test_handout.py",
    "source": "tests/test_handout.py",
    "docker": "needs an engine; tests/test_container.py, where there is one",
    "grader image": "needs an engine; tests/test_container.py, where there is one",
    "grader grade SUBMISSION --sandbox docker": "needs an engine; tests/test_container.py, where there is one",
    "grader class SUBMISSIONS --output RESULTS --sandbox docker": "needs an engine, as above",
    "grader class SUBMISSIONS --output RESULTS --cluster": "needs a scheduler; tests/test_cluster.py starts one",
    "grader desk": "serves until it is stopped; tests/test_desk_browser.py opens it",
    "grader regrade": "needs a graded class with that person in it; tests/test_desk.py makes one",
    "python -m benchmarks": "takes minutes; CI runs each in its short form",
    "python -m scripts": "takes minutes",
}
# What a placeholder of the pages stands for in the folder that `place` makes.
PLACEHOLDERS = {
    "PATH": "submission",
    "SUBMISSIONS": "submissions",
    "RESULTS": "results",
    "ID": "anna",
    "NEW.toml": "new.toml",
}


def commands(page: str) -> list[str]:
    """A page's commands, without their comments, continued lines joined."""
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = "".join(_BLOCK.findall(text)).replace("\\\n", " ").splitlines()
    return [line for line in (re.sub(r"(^|\s)#.*", "", line).strip() for line in lines) if line]


def reason(command: str) -> str | None:
    return next((why for start, why in NOT_RUN.items() if command.startswith(start)), None)


TUTORIAL = "docs/own-assignment.md"  # tests/test_tutorial.py runs its blocks as they stand, one after the other


def to_run(page: str) -> Iterator[str]:
    """What no page before it has run either, where it is by itself: `pytest`."""
    if page == TUTORIAL:
        return
    before = {command for other in PAGES[: PAGES.index(page)] for command in commands(other)}
    for command in commands(page):
        if reason(command) is None and not (command.startswith("pytest") and command in before):
            words = [_placed(word) for word in command.split(" ")]
            yield " ".join(words)


def _placed(word: str) -> str:
    return "/".join(PLACEHOLDERS.get(part, part) for part in word.split("/"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A student's folder with all that the pages speak of in it, and the two commands."""
    folder = tmp_path / "work"
    shutil.copytree(ROOT / "student_template", folder)
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copy(ROOT / "grader" / "assignment" / "rubric.toml", folder / "new.toml")
    (folder / "marks.csv").write_text("id,point,score,comment\nanna,4.9,1,A good discussion.\n", encoding="utf-8")
    solved = ROOT / "reference" / "exercise2.py"
    handed_in = ("submission", "submissions/anna", "submissions/bob", "2023/kim", "2024/lee")
    for own in (folder, *(folder / name for name in handed_in)):
        own.mkdir(parents=True, exist_ok=True)
        shutil.copy(solved, own)
    (tmp_path / "bin").mkdir()
    for name in ("grader", "pytest"):
        command = tmp_path / "bin" / name
        started = warm_commands.command(name, path=str(command.parent))
        command.write_text(f'#!/bin/sh\nexec {shlex.join(started)} "$@"\n')
        command.chmod(0o755)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if any(to_run(page))])
def test_every_command_of_a_page_runs(page: str, place: Path) -> None:
    for command in to_run(page):
        ended = shell(f'PATH="{place.parent / "bin"}:$PATH"\n{command}', place)
        fine = (0, 1) if command.startswith("pytest") else (0,)  # 1: points are lost, as they are in that folder
        assert ended.returncode in fine, f"{command}\n{ended.stdout}{ended.stderr}"


def test_no_exception_is_kept_for_what_is_gone() -> None:
    everything = [command for page in PAGES for command in commands(page)]
    waiting = {"python -m benchmarks", "python -m scripts"}
    unused = {start for start in NOT_RUN if not any(command.startswith(start) for command in everything)}
    assert unused <= waiting


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_every_target_of_make_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = "".join(re.findall(r"`[^`]+`|^```sh\n.*?^```", text, re.MULTILINE | re.DOTALL))
    assert {name for name in _MAKE.findall(code) if name not in targets} == set()
    assert [link for link in _LINK.findall(text) if not ((ROOT / page).parent / link).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "CHANGELOG.md"])  # whose entries are a line each
def test_prose_is_wrapped(page: str) -> None:
    text = re.sub(r"^```.*?^```|^<!--.*?-->", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.M | re.S)
    assert [line for line in text.splitlines() if len(line) > WIDTH and not line.lstrip().startswith(("|", "!["))] == []


def test_the_messages_of_the_faq_are_the_graders() -> None:
    """Each literal piece of a quoted message stands in the code that says it."""
    said = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "grader").rglob("*.py"))
    rows = re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs" / "faq.md").read_text(encoding="utf-8"), re.MULTILINE)
    pieces = [piece.strip() for row in rows for piece in re.split(_VARIES, row)]
    literal = [piece for piece in pieces if len(piece) > 12]
    assert len(rows) > 10
    assert [piece for piece in literal if piece not in said] == []


def resolved(name: str) -> object:
    """What a dotted name stands for. Raises AttributeError or ImportError."""
    module, *attributes = name.split(".")
    value: object = importlib.import_module(module)
    for attribute in attributes:
        module = f"{module}.{attribute}"
        value = getattr(value, attribute) if hasattr(value, attribute) else importlib.import_module(module)
    return value


@pytest.mark.parametrize("page", [page for page in PAGES if page != "CHANGELOG.md"])  # which also names what is gone
def test_every_name_of_the_graders_stands_for_something(page: str) -> None:
    names = re.findall(r"`(grader(?:\.\w+)+)(\(.*?\))?`", (ROOT / page).read_text(encoding="utf-8"))
    for name, call in names:
        assert not call or inspect.isroutine(resolved(name)), f"{name} is not a function"
        assert resolved(name) is not None


def test_the_architecture_page_draws_the_rooms_that_there_are() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = text.partition("```\ngrader/\n")[2].partition("examples/")[0]
    drawn, above = set(), ""
    for line in tree.splitlines():
        for name in re.findall(r"^ +(\w+)/|(?<= )(\w+\.py)", line):
            room, module = name
            above = (room if line.startswith("  " + room) else f"{above.split('/')[0]}/{room}") if room else above
            drawn.add(above if room else module)
    grader = ROOT / "grader"
    rooms = {path.parent.relative_to(grader).as_posix() for path in grader.rglob("__init__.py")} - {"."}
    modules = {path.name for path in grader.glob("*.py")} - {"__init__.py", "__main__.py"}
    shown = {room for room in rooms if not room.startswith(("assignment/", "oracles/"))}
    assert drawn == shown | modules


def test_no_two_modules_of_a_room_have_a_name_in_common() -> None:
    """One name for one thing; an assignment's exercises may each have their `misconceptions.py`."""
    names = [
        path.name
        for path in (ROOT / "grader").rglob("*.py")
        if not path.name.startswith("__") and not {"assignment", "scaffold"} & {*path.parts}
    ]
    assert {name for name in names if names.count(name) > 1} == set()
