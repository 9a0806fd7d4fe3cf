"""`python compare.py`, as a student runs it: progress, a table, RESULTS to be copied, and the picture."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from grader.assignment.oracles import images
from grader.assignment.oracles.measured import SIX
from tests.support.command import PATIENCE, ROOT

pytestmark = pytest.mark.slow

TEMPLATE = ROOT / "student_template"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder in which nothing is done yet, and a few images."""
    for name in ("exercise4.py", "compare.py"):
        shutil.copy(TEMPLATE / name, tmp_path)
    whole = images.load()
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
    assert all(0 <= entry["test_accuracy"] <= 1 and entry["train_loss"] > 0 for entry in results.values())
    assert all(table.count(name) >= 2 for name in SIX), "a bar and a row for each"
    assert ElementTree.parse(folder / "comparison.svg").getroot().tag.endswith("svg")


def test_what_is_not_there_yet_is_said_without_a_traceback(folder: Path) -> None:
    ended = run(folder)
    assert ended.returncode == 1
    assert "Adadelta: build_network: your network from Assignment 8" in ended.stderr
    assert "Traceback" not in ended.stderr
