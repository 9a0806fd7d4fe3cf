"""Whatever is wrong in an author's files is a sentence with its file and line, and never a traceback of ours.

The cases are in author_errors.toml, a table each: what is changed in a copy of the softmax example, and what `grader
grade` of its reference and `grader lint` then say, each with its exit code. A new case is a new table.
"""

import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader import pipeline
from grader.cli import main
from grader.sandbox.launcher import Launcher
from grader.suite import check_time
from tests.support.command import ROOT
from tests.support.small_course import softmax_course

pytestmark = pytest.mark.slow

CHECKS = "checks/check_softmax.py"
CASES = tomllib.loads((ROOT / "tests" / "author_errors.toml").read_text(encoding="utf-8"))["error"]


ENDLESS_SECONDS = 1.0  # of the processor, for a check that never ends; those beside it take some hundredths


@pytest.fixture
def one_sandbox(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command works in the one sandbox of this file, and leaves it open."""
    monkeypatch.setattr(launcher, "close", lambda: None)
    monkeypatch.setattr(pipeline, "open_launcher", lambda settings: launcher)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return softmax_course(tmp_path)


def spoil(folder: Path, case: dict[str, Any]) -> None:
    """Makes the case's changes: in a file a text for another, a file's whole text, or (without a text) none at all."""
    for change in case["changes"]:
        name = change["file"].replace("check_softmax", f"check_{folder.parent.name}")
        path = folder / name
        if "old" in change:
            text = path.read_text(encoding="utf-8")
            assert change["old"] in text, change
            path.write_text(text.replace(change["old"], change["new"], 1), encoding="utf-8")
        elif "text" in change:
            path.parent.mkdir(exist_ok=True)
            path.write_text(change["text"], encoding="latin-1")
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def run(folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: object) -> list[Any]:
    """The exit code and all that the command says, in one line, without the names of this test."""
    monkeypatch.setattr(sys, "argv", ["grader", *map(str, words)])
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    said = " ".join("".join(capfd.readouterr()).split())
    return [code, said.replace(f"{folder}/", "").replace(f"check_{folder.parent.name}.py", "check_softmax.py")]


def is_told(said_and_code: list[Any], expected: list[Any]) -> None:
    (code, said), (wanted, sentence) = said_and_code, expected
    assert (code, sentence in said) == (wanted, True), said
    assert not re.search(r"Traceback|INTERNALERROR|site-packages|grader/suite", said), said


@pytest.mark.usefixtures("one_sandbox")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_grade_tells_it_in_a_sentence(
    case: dict[str, Any], course: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(course, case)
    if "was stopped" in case["grade"][1]:
        monkeypatch.setattr(check_time, "SECONDS", ENDLESS_SECONDS)
    words = ("grade", course / "reference", "--assignment", course, "--seed", 1, "--sandbox", "process")
    is_told(run(course, capfd, monkeypatch, *words), case["grade"])


# What `lint` passes on of what grading says, by the one way there is: a few stand for all of them.
PASSED_ON = ("its check breaks at the template: ", "the reference loses ", "left to a person", "(bounded/proof.py:2)")
AS_WELL = (
    "toml-typo",
    "check-syntax",
    "check-prints",
    "check-raises",
    "check-never-returns",
    "reference-raises",
    "bounded-raises",
)


def tier(case: dict[str, Any]) -> Any:
    passed_on = case["lint"] == case["grade"] or any(words in case["lint"][1] for words in PASSED_ON)
    again = case["name"] not in AS_WELL and passed_on
    return pytest.param(case, id=case["name"], marks=[pytest.mark.thorough] * again)


@pytest.mark.usefixtures("one_sandbox")
@pytest.mark.parametrize("case", [*map(tier, CASES)])
def test_lint_tells_it_in_a_sentence(
    case: dict[str, Any], course: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(course, case)
    if "was stopped" in case["grade"][1]:
        monkeypatch.setattr(check_time, "SECONDS", ENDLESS_SECONDS)
    words = ("lint", course, "--seeds", 1, "--gallery-seeds", 1, "--sandbox", "process")
    is_told(run(course, capfd, monkeypatch, *words), case["lint"])
