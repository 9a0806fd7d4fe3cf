"""`pytest` in a copy of the template, as a student runs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PATIENCE, ROOT


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A student's folder, on a path as people have them."""
    folder = tmp_path / "Übung 9" / "my work"
    shutil.copytree(ROOT / "student_template", folder)
    return folder


def run_pytest(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    environment |= {"COLUMNS": "160", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "pytest", *args]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_the_template_runs_through_and_shows_what_is_missing(work: Path) -> None:
    ended = run_pytest(work)
    assert ended.returncode == 1
    assert "0 / 22" in ended.stdout, ended.stdout
    assert "exercise2.maxpool2x2_backward" in ended.stdout or "maxpool2x2_backward is not there yet" in ended.stdout
    assert "site-packages" not in ended.stdout
    assert "Traceback" not in ended.stdout


def test_a_selection_and_the_last_failed(work: Path) -> None:
    shutil.copy(ROOT / "reference" / "exercise2.py", work)
    by_name = run_pytest(work, "-k", "exercise2")
    assert by_name.returncode == 0
    assert "6 / 6" in by_name.stdout, by_name.stdout
    by_point = run_pytest(work, "-k", "2.1 or 3.1")
    assert "1 / 2" in by_point.stdout, by_point.stdout
    again = run_pytest(work, "--lf")
    assert "0 / 1 " in again.stdout, again.stdout
    assert "2.1" not in again.stdout


def test_a_wrong_answer_is_told_in_one_message(work: Path) -> None:
    shutil.copy(ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py", work)
    ended = run_pytest(work, "-k", "2.3")
    assert "0 / 1" in ended.stdout
    assert "Traceback" not in ended.stdout
    assert "grader/plugin.py" not in ended.stdout


def test_a_students_own_error_is_shown_at_their_own_line(work: Path) -> None:
    (work / "exercise2.py").write_text("def maxpool2x2_backward(dY, X):\n    return X[0][99]\n")
    ended = run_pytest(work, "-k", "2.1")
    assert "exercise2.py:2 in maxpool2x2_backward: return X[0][99]" in ended.stdout, ended.stdout
    assert "worker.py" not in ended.stdout
