"""A file that holds several exercises, accepted as one of them: what the others need is not held against it."""

import json
from pathlib import Path

import pytest

from grader.assignment_folder import load_assignment
from grader.load.program_slice import program_slice
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite import check_time
from tests.support.command import ROOT, Command

WANTED, OTHERS = ("pool", "STRIDE"), ("proof", "train", "RESULTS")
POOL = "+ def pool(): return 2"
PROOF = "- def proof(): return 1"

# Each line of a file, with what becomes of it for the exercise that asks for `pool`: "+" it stays, "-" it is left out.
FILES = {
    "imports of the others, and what hangs on them": f"""
- import sympy
- r = sympy.Symbol("r")
- sympy.init_printing()
{PROOF}
{POOL}""",
    "what calls the others": f"""
- import matplotlib.pyplot as plt
- plt.figure()
{PROOF}
- print(proof())
{POOL}""",
    "an import within": f"""
- def train():
-     import torch
- RESULTS = {{}}
- for name in "ab":
-     RESULTS[name] = train()
- try:
-     import cupy
- except ImportError:
-     cupy = None
{POOL}""",
    "import *": f"""
- from sympy import *
- r = symbols("r")
{PROOF}
+ def pool(): return abs(2)""",
    "what only raises or prints": f"""
+ SCALE = 3
+ print(SCALE)
+ from __future__ import annotations
{PROOF}
{POOL}""",
    "decorators go with their function": f"""
- import functools
- @functools.cache
- def proof():
-     return 1
{POOL}""",
    # What the exercise itself needs stays, and is judged.
    "an import that it uses": f"""
+ import torch
{PROOF}
+ def pool(): return torch.zeros(2)""",
    "an import in it": f"""
{PROOF}
+ def pool():
+     import torch
+     return 2""",
    "import * that it may use": f"""
+ from sympy import *
{PROOF}
+ def pool(): return zeros(2)""",
    "an import that a constant uses": f"""
+ import torch
+ STRIDE = torch.tensor(2)
{PROOF}
{POOL}""",
    "an import that a table is filled with": f"""
+ import numpy as np
+ TABLE = []
+ TABLE.append(np.ones(2))
{PROOF}
+ def pool(): return TABLE""",
    "an import that is put on it": f"""
+ import torch
{PROOF}
{POOL}
+ pool.way = torch""",
    "an import on which it depends": f"""
+ import torch
{PROOF}
{POOL}
+ if torch: pool = max""",
    "one of the others that it calls": """
+ def proof(): return 1
+ def pool(): return proof()""",
    # As in a notebook, one name is two things: what counts is which of them is there where it is read.
    "a name that is another thing in the end": f"""
- import sympy
- x = sympy.Symbol("x")
{PROOF}
+ x = 2
+ def pool(): return x""",
    "a name that was another thing": f"""
- import sympy
+ x = 2
+ y = x + 1
- x = sympy.Symbol("x")
{PROOF}
+ def pool(): return y""",
}


@pytest.mark.parametrize("marked", FILES.values(), ids=FILES)
def test_what_only_others_need_is_left_out(marked: str) -> None:
    lines = marked.strip().splitlines()
    source = "\n".join(line[2:] for line in lines)
    text, left_out = program_slice(source.encode(), WANTED, OTHERS)
    assert [f"{'-' if number in left_out else '+'} {line[2:]}" for number, line in enumerate(lines, 1)] == lines
    for line, kept in zip(lines, text.decode().splitlines(), strict=True):
        assert kept == line[2:] if line[0] == "+" else kept in ("", "pass")


def test_a_line_keeps_what_is_needed_of_it() -> None:
    source = b"import sympy, numpy as np; x = np.ones(2); import os\nproof = sympy\ndef pool(): return x\n"
    kept = b"import numpy as np; x = np.ones(2); pass\npass\ndef pool(): return x\n"
    assert program_slice(source, WANTED, OTHERS) == (kept, [1, 2])


@pytest.mark.parametrize(
    "source",
    [
        "import sympy\ndef pool():\n    return 2",  # one exercise: the rule for imports is that of any file
        "import sympy\n" + "def proof(): return 1\n" + "globals()['pool'] = max",  # what is set cannot be read
        "import sympy\ndef proof(): return 1\n" + "def pool(",  # no Python
        "# -*- coding: latin-1 -*-\nimport sympy\ndef proof(): return 1\n",
        "import sympy\ndef proof(): return 1\n"
        + "\n".join(f"x{n} = x{n - 1}, y" if n % 2 else "y += 1" for n in range(1, 3_000)),
        "import sympy\ndef proof(): return 1\n" + "x = " + "+".join(["y"] * 5_000),
    ],
)
def test_a_file_that_cannot_be_followed_is_as_it_was(source: str) -> None:
    assert program_slice(source.encode(), WANTED, OTHERS) == (source.encode(), [])


CELLS = [
    "import sympy as sp\nimport torch\nimport matplotlib.pyplot as plt\nimport numpy as np",
    (ROOT / "reference" / "exercise1.py").read_text(encoding="utf-8"),
    "r, theta = sp.symbols('r theta')\nprint(df_dr(r, r, r, theta))",
    (ROOT / "reference" / "exercise2.py").read_text(encoding="utf-8"),
    "plt.imshow(maxpool2x2_backward(np.ones((1, 1, 1, 1)), np.ones((1, 1, 2, 2)))[0, 0])",
    (ROOT / "reference" / "exercise3.py").read_text(encoding="utf-8"),
    "net = torch.nn.Linear(2, 2)\nfor step in range(10**9):\n    net(torch.ones(2))",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["all.ipynb", "all.py"])
def test_a_whole_notebook_gets_each_exercises_points(name: str, grader: Command, tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": cell} for cell in CELLS]
    whole = json.dumps({"nbformat": 4, "cells": cells}) if name.endswith(".ipynb") else "\n".join(CELLS)
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / name).write_text(whole, encoding="utf-8")
    accepted = [word for n in (1, 2, 3) for word in ("--accept", f"ada:{name}=exercise{n}.py")]
    three = [word for n in (1, 2, 3) for word in ("--exercise", n)]
    grader("class", tmp_path / "class", "-o", tmp_path / "out", *accepted, *three, "--sandbox", "process")
    report = json.loads(next((tmp_path / "out").glob("**/results.json")).read_text(encoding="utf-8"))
    assert {exercise["id"]: exercise["score"] for exercise in report["exercises"] if exercise["max_score"]} == {
        "1": 4.0,
        "2": 6.0,
        "3": 6.0,
    }
    assert any("but for what only other exercises need (lines 1-" in note for note in report["submission"]["notes"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "way",
    ["return torch.zeros(2)", "import torch", "__import__('torch')", "exec('import torch')", "return helper()"],
)
def test_an_import_that_the_exercise_uses_is_forbidden_as_ever(way: str, grader: Command, tmp_path: Path) -> None:
    others = "import torch\ndef proof():\n    pass\ndef helper():\n    return torch\n"
    whole = f"{others}def maxpool2x2_backward(dY, X):\n    {way}\n"
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "all.py").write_text(whole, encoding="utf-8")
    options = ("--accept", "ada:all.py=exercise2.py", "--exercise", 2, "--sandbox", "process")
    grader("class", tmp_path / "class", "-o", tmp_path / "out", *options)
    report = json.loads(next((tmp_path / "out").glob("**/results.json")).read_text(encoding="utf-8"))
    assert {point["outcome"] for point in report["points"] if point["exercise"] == "2"} == {"forbidden"}


@pytest.mark.slow
def test_a_file_under_its_own_name_is_judged_by_the_rule_for_it(tmp_path: Path) -> None:
    """Who names a file exercise2.py says what is in it, and is told by the checks at hand."""
    (tmp_path / "exercise2.py").write_text("\n".join(CELLS[:4]), encoding="utf-8")
    with GradingSession(load_assignment(), RunSettings(SandboxSettings("process"), exercises=("2",))) as session:
        report = session.grade(session.load(tmp_path))
    assert {point.outcome for point in report.points} == {"forbidden"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    [
        f"import {', '.join(f'a{n}' for n in range(30_000))}\ndef proof(): pass\ndef pool(): pass\n",
        "def proof(): pass\nx = []\n" + "x.append(x)\n" * 20_000 + "def pool(): return x\n",
        f"x = {'lambda: ' * 60}0\ndef proof(): pass\ndef pool(): return x\n",
    ],
    ids=["names", "changes", "lambdas"],
)
def test_a_long_file_takes_no_longer_than_reading_it(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_time, "SECONDS", 20.0)  # of the processor; two are enough
    with check_time.bounded_time():
        program_slice(source.encode(), WANTED, OTHERS)
