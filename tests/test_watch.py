"""`grader watch`: what a save makes it judge again, what it remembers, and the command itself."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.rubric import Assignment
from grader.settings import RunSettings
from grader.student.watch import Watch, affected, differing
from tests.support.command import ROOT

pytestmark = pytest.mark.slow

MISTAKE = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py"
SOLVED = ROOT / "reference" / "exercise2.py"
FAST = frozenset({"1.1", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1"})


def of(assignment: Assignment, *names: str) -> frozenset[str]:
    return frozenset(point.partition(".")[0] for point in affected(assignment.rubric, names))


def test_a_file_moves_its_exercise_a_module_of_ones_own_all_and_prose_the_persons_points(
    assignment: Assignment,
) -> None:
    assert of(assignment, "exercise2.py") == {"2"}
    assert of(assignment, "exercise1.py", "exercise3.py") == {"1", "3"}
    assert of(assignment, "helpers.py") == {"1", "2", "3", "4"}
    assert affected(assignment.rubric, ["report.md"]) == {"4.9"}
    assert of(assignment) == frozenset()


def test_new_gone_and_changed_files_differ() -> None:
    assert differing({"a": b"1", "b": b"1", "c": b"1"}, {"b": b"1", "c": b"2", "d": b"1"}) == {"a", "c", "d"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = shutil.copytree(ROOT / "student_template", tmp_path / "Übung 9")
    shutil.copy(MISTAKE, copied)
    return copied


def test_only_what_changed_is_judged_again_and_the_rest_is_remembered(assignment: Assignment, folder: Path) -> None:
    with Watch(folder, assignment, RunSettings(points=tuple(FAST))) as watched:
        first = watched.judge()
        assert first is not None
        assert (first.points, first.report.score, first.report.max_score) == (FAST, 5.0, 8.0)
        assert list(first.moved) == []
        assert watched.judge() is None  # saved without a change
        shutil.copy(SOLVED, folder)
        second = watched.judge()
        assert second is not None
        assert (second.changed, second.points) == ({"exercise2.py"}, {"2.1", "2.2", "2.3", "2.4", "2.5"})
        assert list(second.moved) == [("2.3", 0.0, 1.0)]
        assert (second.report.score, second.report.max_score) == (6.0, 8.0)


def test_what_cannot_be_read_is_told_and_the_next_save_is_judged(assignment: Assignment, folder: Path) -> None:
    with Watch(folder, assignment, RunSettings(points=tuple(FAST))) as watched:
        (folder / "exercise2.py").write_text("def maxpool2x2_backward(dY, X:\n")
        broken = watched.judge()
        assert broken is not None
        assert "Python cannot read the file" in next(own.message for own in broken.report.points if own.id == "2.1")
        for path in folder.iterdir():
            if path.is_file():
                path.unlink()
        with pytest.raises(UsageError, match="nothing to grade in there"):
            watched.judge()
        shutil.copy(SOLVED, folder)
        mended = watched.judge()
        assert mended is not None
        assert "2.1" in mended.points


@pytest.fixture
def watching(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The real command on that folder, ended with Ctrl-C."""
    command = [sys.executable, "-u", "-m", "grader", "watch", folder, "--exercise", "2"]
    environment = os.environ | {"PYTHONUTF8": "1", "COLUMNS": "200"}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment,
    ) as process:
        yield process
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert "Traceback" not in process.stdout.read()
    assert process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process there")
def test_the_command_judges_at_once_and_at_each_save(watching: subprocess.Popen[str], folder: Path) -> None:
    assert watching.stdout is not None

    def until(text: str) -> str:
        said = ""
        while text not in said:
            line = watching.stdout.readline()  # type: ignore[union-attr]
            assert line, said
            said += line
        return said

    first = until("with hints\n")
    assert "Points so far: 5 of 6." in first
    assert "2.3  In windows without a positive value the maximum was missed" in first
    shutil.copy(SOLVED, folder)
    second = until("Nothing left to fix.")
    assert second.startswith("exercise2.py: judging 5 points …\njudged in ")
    assert "2.3  0 → 1\n" in second
    assert "Points so far: 6 of 6." in second
