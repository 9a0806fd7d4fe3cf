"""A file that holds several exercises, accepted as one of them: what the others need is not held against it."""

import ast
import json
from pathlib import Path

import pytest

from grader.load.program_slice import MAX_STEPS, program_slice
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from tests.support.command import ROOT, Command

WANTED, OTHERS = ("pool", "STRIDE"), ("proof", "train", "RESULTS")


def sliced(source: str) -> str:
    """The file as exercise "pool" gets it, without the lines that were left out."""
    text, left_out = program_slice(source.encode(), WANTED, OTHERS)
    ast.parse(text)
    lines = text.decode().splitlines()
    assert len(lines) == len(source.splitlines())
    assert {line for number, line in enumerate(lines, 1) if number in left_out} <= {"", "pass"}
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in left_out)


PROOF = "def proof():\n    return 1\n"


@pytest.mark.parametrize(
    ("source", "left"),
    [
        # imports of the others, and all that hangs on them
        ("import sympy\nr = sympy.Symbol('r')\nsympy.init_printing()\n" + PROOF + "def pool():\n    return 2", "def pool():\n    return 2"),
        ("import matplotlib.pyplot as plt\nplt.figure()\n" + PROOF + "print(proof())\ndef pool():\n    return 2", "def pool():\n    return 2"),
        ("def train():\n    import torch\nRESULTS = {}\nfor name in 'ab':\n    RESULTS[name] = train()\ndef pool():\n    return 2", "def pool():\n    return 2"),
        ("try:\n    import cupy\nexcept ImportError:\n    cupy = None\n" + PROOF + "def pool():\n    return 2", "def pool():\n    return 2"),
        ("from sympy import *\nr = symbols('r')\n" + PROOF + "def pool():\n    return abs(2)", "def pool():\n    return abs(2)"),
        # what the exercise itself needs stays: it is judged
        ("import torch\n" + PROOF + "def pool():\n    return torch.zeros(2)", "import torch\ndef pool():\n    return torch.zeros(2)"),
        ("from sympy import *\n" + PROOF + "def pool():\n    return zeros(2)", "from sympy import *\ndef pool():\n    return zeros(2)"),
        (PROOF + "def pool():\n    import torch\n    return 2", "def pool():\n    import torch\n    return 2"),
        ("import torch\nSTRIDE = torch.tensor(2)\n" + PROOF + "def pool():\n    return 2", "import torch\nSTRIDE = torch.tensor(2)\ndef pool():\n    return 2"),
        ("import numpy as np\nTABLE = []\nTABLE.append(np.ones(2))\n" + PROOF + "def pool():\n    return TABLE", "import numpy as np\nTABLE = []\nTABLE.append(np.ones(2))\ndef pool():\n    return TABLE"),
        ("import torch\n" + PROOF + "def pool():\n    return 2\npool.__wrapped__ = torch", "import torch\ndef pool():\n    return 2\npool.__wrapped__ = torch"),
        ("import torch\n" + PROOF + "def pool():\n    return 2\nif torch:\n    pool = max", "import torch\ndef pool():\n    return 2\nif torch:\n    pool = max"),
        (PROOF + "def pool():\n    return proof()", PROOF + "def pool():\n    return proof()"),
        ("@proof\ndef pool():\n    return 2\n" + PROOF, "@proof\ndef pool():\n    return 2"),
        # one name for two things, as in a notebook: which of them counts where it is read
        ("import sympy\nx = sympy.Symbol('x')\n" + PROOF + "x = 2\ndef pool():\n    return x", "x = 2\ndef pool():\n    return x"),
        ("import sympy\nx = 2\ny = x + 1\nx = sympy.Symbol('x')\n" + PROOF + "def pool():\n    return y", "x = 2\ny = x + 1\ndef pool():\n    return y"),
        # what needs nothing of the others runs, as it did
        ("SCALE = 3\nprint(SCALE)\n" + PROOF + "def pool():\n    return 2", "SCALE = 3\nprint(SCALE)\ndef pool():\n    return 2"),
        ("from __future__ import annotations\n" + PROOF + "def pool():\n    return 2", "from __future__ import annotations\ndef pool():\n    return 2"),
        # several on a line
        ("def proof(): return 1\nimport os; x = 2; import sympy\ndef pool():\n    return x", "def pool():\n    return x"),
    ],
)  # fmt: skip
def test_what_only_others_need_is_left_out(source: str, left: str) -> None:
    assert sliced(source).removesuffix("\n") == left.removesuffix("\n")


def test_a_line_keeps_what_is_needed_of_it() -> None:
    source = b"import sympy, numpy as np; x = np.ones(2)\nproof = sympy\ndef pool(): return x\n"
    assert program_slice(source, WANTED, OTHERS) == (
        b"import numpy as np; x = np.ones(2)\npass\ndef pool(): return x\n",
        [1, 2],
    )


@pytest.mark.parametrize(
    "source",
    [
        "import sympy\ndef pool():\n    return 2",  # one exercise: the rule for imports is that of any file
        "import sympy\n" + PROOF + "globals()['pool'] = max",  # what is set cannot be read
        "import sympy\n" + PROOF + "def pool(",  # no Python
        "# -*- coding: latin-1 -*-\nimport sympy\n" + PROOF,
        "import sympy\n" + PROOF + "\n".join(f"x{n} = x{n - 1}, y" if n % 2 else "y += 1" for n in range(1, 3_000)),
        "import sympy\n" + PROOF + "x = " + "+".join(["y"] * 5_000),
    ],
)
def test_a_file_that_cannot_be_followed_is_as_it_was(source: str) -> None:
    assert program_slice(source.encode(), WANTED, OTHERS) == (source.encode(), [])
    assert MAX_STEPS < 1_000_000


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
    whole = f"import torch\ndef proof():\n    pass\ndef helper():\n    return torch\ndef maxpool2x2_backward(dY, X):\n    {way}\n"
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "all.py").write_text(whole, encoding="utf-8")
    options = ("--accept", "ada:all.py=exercise2.py", "--exercise", 2, "--sandbox", "process")
    grader("class", tmp_path / "class", "-o", tmp_path / "out", *options)
    report = json.loads(next((tmp_path / "out").glob("**/results.json")).read_text(encoding="utf-8"))
    assert {point["outcome"] for point in report["points"] if point["exercise"] == "2"} == {"forbidden"}


def test_a_file_under_its_own_name_is_judged_by_the_rule_for_it(tmp_path: Path) -> None:
    """Who names a file exercise2.py says what is in it, and is told by the checks at hand."""
    (tmp_path / "exercise2.py").write_text("\n".join(CELLS[:4]), encoding="utf-8")
    from grader.assignment_folder import load_assignment

    with GradingSession(load_assignment(), RunSettings(SandboxSettings("process"), exercises=("2",))) as session:
        report = session.grade(session.load(tmp_path))
    assert {point.outcome for point in report.points} == {"forbidden"}
