"""`grader mutants` over an assignment of anybody's: which checks let which mutants live."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment_folder import load_assignment
from grader.authoring.same_answer import same_value
from grader.authoring.survivors import Examined, Fate, examine, several_right_answers
from grader.errors import UsageError
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite.wire_values import to_wire
from tests.support.command import Command

pytestmark = pytest.mark.slow

RUBRIC = """
schema_version = "1.0"
assignment = "doubling"
title = "Doubling"
[late]
due = 2030-01-31T12:00:00
timezone = "UTC"
[[exercise]]
id = "1"
title = "Twice as much"
module = "doubling"
imports = []
functions = ["double(x)"]
call_seconds = 1.0
point = [{ id = "1.1", title = "It doubles", max = 1.0, kind = "numerical" }]
"""
START = """
from grader.api import Verdict, module, points
doubling = module("doubling")

@points("1.1")
def check_{name}(doubling, seed):
    "It doubles."
"""


def make_assignment(folder: Path, check: str, solution: str = "return x + x") -> Path:
    (folder / "checks").mkdir(parents=True)
    (folder / "rubric.toml").write_text(RUBRIC)
    (folder / "checks" / f"check_{folder.name}.py").write_text(START.format(name=folder.name) + f"    {check}\n")
    (folder / "reference").mkdir()
    (folder / "reference" / "doubling.py").write_text(f"def double(x):\n    {solution}\n")
    return folder


def examined(folder: Path) -> list[Examined]:
    settings = RunSettings(SandboxSettings("process"))
    return examine(load_assignment(folder), settings, 100, (0, 1))


EXACT = "return Verdict.passed() if doubling.double(3) == 6 else Verdict.failed('no')"
LOOSE = "return Verdict.passed() if doubling.double(3) >= 6 else Verdict.failed('no')"
LUCKY = "return Verdict.passed() if doubling.double(2 if seed == 0 else 3) in (4, 6) else Verdict.failed('no')"
BRITTLE = "return Verdict.passed() if 1 / doubling.double(3) else Verdict.failed('no')"
ASKING = "return Verdict.review('who knows') if doubling.double(3) > 6 else Verdict.passed()"


@pytest.mark.parametrize(
    ("name", "check", "difference", "fate", "kept"),
    [
        ("exact", EXACT, "return x + x  →  return x * x", Fate.KILLED, ()),
        ("loose", LOOSE, "return x + x  →  return x * x", Fate.LET_LIVE, ("1.1",)),
        ("lucky", LUCKY, "return x + x  →  return x * x", Fate.LUCKY, ()),
        ("brittle", BRITTLE, "return x + x  →  return x - x", Fate.BREAKS, ()),
        ("asking", ASKING, "return x + x  →  return x * x", Fate.REVIEW, ()),
    ],
)
def test_each_fate_is_told(
    name: str, check: str, difference: str, fate: Fate, kept: tuple[str, ...], tmp_path: Path
) -> None:
    found = {item.mutant.difference: item for item in examined(make_assignment(tmp_path / name, check))}
    item = found[difference]
    assert (item.fate, item.kept) == (fate, kept)
    assert item.mutant.title == f"reference/doubling.py:2  {difference}"


def test_what_is_the_same_function_is_no_finding(tmp_path: Path) -> None:
    solution = '"""Twice."""\n    y = 2\n    return y * x'
    found = examined(make_assignment(tmp_path / "same", EXACT, solution))
    same = [item for item in found if item.fate is Fate.SAME]
    assert [item.mutant.difference for item in same] == ["return y * x  →  return x * y"]
    assert not same[0].is_finding
    assert not any("Twice" in item.mutant.difference for item in found)  # nobody's behaviour is in a docstring


ONE, OTHER = np.array([1.0, 2.0]), np.array([1.0, 2.5])


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (ONE, ONE * (1 + 1e-12), True),
        (ONE, OTHER, False),
        (ONE, [1.0, 2.0], True),
        ([ONE, OTHER], [ONE, OTHER], True),
        ([ONE, OTHER], [OTHER, OTHER], False),
        ([ONE, OTHER], [ONE], False),
        ([ONE, [OTHER, None]], [ONE, [OTHER, None]], True),
        ([[1.0], [2.0, 3.0]], np.eye(2), False),
        ({"dx": ONE}, {"dx": OTHER}, False),
        (["a", 1], ["a", 1], True),
        (float("nan"), float("nan"), True),
        (None, 0.0, False),
    ],
)
def test_answers_are_the_same_but_for_rounding(left: Any, right: Any, same: bool) -> None:
    assert same_value(to_wire(left), to_wire(right), lambda one, other: False) is same


def test_where_several_answers_are_right_the_author_says_why(tmp_path: Path) -> None:
    folder = make_assignment(tmp_path / "several", LOOSE)
    (folder / "mutants.toml").write_text('[several_right_answers]\n"1.1" = "At least twice."\n')
    fates = {item.fate for item in examined(folder)}
    assert Fate.ALSO_RIGHT in fates
    assert Fate.LET_LIVE not in fates
    for text, message in (
        ("[several]\n", r"mutants.toml: it cannot be read \('several_right_answers'\)"),
        ('[several_right_answers]\n"1.9" = "x"\n', r"mutants.toml: 1.9 = 'x' has to be a point of the rubric"),
    ):
        (folder / "mutants.toml").write_text(text)
        with pytest.raises(UsageError, match=message):
            several_right_answers(load_assignment(folder))


def test_a_right_answer_has_to_be_right(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"reference is to be right, but with seed 0 it loses 1.1: no"):
        examined(make_assignment(tmp_path / "wrong", EXACT, "return x"))
    (tmp_path / "wrong" / "reference" / "doubling.py").unlink()
    (tmp_path / "wrong" / "reference").rmdir()
    with pytest.raises(UsageError, match=r"wrong/reference: there is no right answer to make mutants of"):
        examined(tmp_path / "wrong")


def test_the_command_prints_survivors_and_fails_by_them(grader: Command, tmp_path: Path) -> None:
    options = ("--count", 20, "--seeds", 1, "--sandbox", "process", "--json", tmp_path / "out.json")
    ended = grader("mutants", make_assignment(tmp_path / "told", LOOSE), *options)
    assert ended.returncode == 1, ended.stderr
    assert "1.1: let live: reference/doubling.py:2  return x + x  →  return x * x\n" in ended.stdout
    assert ended.stdout.endswith("3 mutants: 1 killed, 1 makes a check raise, 1 let live.\n")
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert {"exercise", "fate", "heard", "kept", "mutant", "reason"} == set(written[0])
    good = grader("mutants", make_assignment(tmp_path / "good", EXACT), *options)
    assert (good.returncode, "let live" in good.stdout) == (0, False), good.stdout


def test_mutants_that_answer_like_the_original_are_counted_and_shown_on_request(
    grader: Command, tmp_path: Path
) -> None:
    folder = make_assignment(tmp_path / "same", EXACT, "y = 2\n    return y * x")
    options = ("--count", 20, "--seeds", 1, "--sandbox", "process")
    line = "answers everything like the original: reference/doubling.py:3  return y * x  →  return x * y\n"
    short, long = grader("mutants", folder, *options), grader("mutants", folder, *options, "--all")
    assert short.returncode == long.returncode == 0, short.stderr
    assert line not in short.stdout
    assert line in long.stdout
    assert short.stdout.endswith("1 mutant that may survive is not shown; --all shows it.\n")
    assert "--all" not in long.stdout
