"""`python compare.py`, as a student runs it: progress, a table, RESULTS to be copied, and the picture."""

import ast
import shutil
import subprocess
import sys
import types
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from grader.assignment.comparison import SIX, digits
from tests.support.command import PATIENCE, ROOT
from tests.support.exercise4_fakes import load_module

pytestmark = pytest.mark.slow

TEMPLATE = ROOT / "student_template"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder in which nothing is done yet, and a few images."""
    for name in ("exercise4.py", "compare.py"):
        shutil.copy(TEMPLATE / name, tmp_path)
    whole = digits.load()
    arrays = {"x_train": whole.x[:130], "y_train": whole.y[:130], "x_test": whole.held_out[:50]}
    np.savez(tmp_path / "few.npz", **arrays, y_test=whole.truth[:50])
    return tmp_path


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, folder / "compare.py", "--data", "few.npz"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_without_a_terminal_it_trains_all_six_and_draws_them(folder: Path) -> None:
    shutil.copy(ROOT / "reference" / "exercise4.py", folder)
    ended = run(folder)
    assert ended.returncode == 0, ended.stderr
    table, _, numbers = ended.stdout.partition("RESULTS = ")
    results = ast.literal_eval(numbers.partition("\n}")[0] + "}")
    assert set(results) == set(SIX)
    assert all(0 <= entry["test_accuracy"] <= 1 and 0 <= entry["train_loss"] < 10 for entry in results.values())
    assert all(table.count(name) >= 2 for name in SIX), "a bar and a row for each"
    assert ElementTree.parse(folder / "comparison.svg").getroot().tag.endswith("svg")


def test_a_small_loss_is_not_copied_as_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """On one processor LBFGS ends at 0.0004, on another at 0.0000003: what there is to copy has four digits of both."""
    monkeypatch.setitem(sys.modules, "exercise4", types.ModuleType("exercise4"))
    compare = load_module(TEMPLATE / "compare.py", "compare")
    text = compare.results({"LBFGS": {"loss": [2.3, 3.14159e-7], "accuracy": [0.1, 35 / 36], "seconds": [1.0] * 10}})
    assert ast.literal_eval(text.removeprefix("RESULTS = ")) == {
        "LBFGS": {"train_loss": 3.142e-7, "test_accuracy": 0.9722}
    }


def test_what_is_not_there_yet_is_said_without_a_traceback(folder: Path) -> None:
    ended = run(folder)
    assert ended.returncode == 1
    assert "Adadelta: build_network: your network from Assignment 8" in ended.stderr
    assert "Traceback" not in ended.stderr
