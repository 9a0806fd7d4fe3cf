"""`grader watch`: what a save makes it judge again, what it remembers, and the command itself."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.assignment_folder import Assignment
from grader.cli.watch_display import WatchDisplay
from grader.errors import UsageError
from grader.load.submission import nothing_in
from grader.settings import RunSettings
from grader.student.watch import Watch, affected, differing
from tests.support.command import ROOT, Command

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
        with pytest.raises(UsageError, match="nothing to grade here"):
            watched.judge()
        shutil.copy(SOLVED, folder)
        mended = watched.judge()
        assert mended is not None
        assert "2.1" in mended.points


def test_each_point_is_told_once_as_soon_as_its_last_check_has_run(assignment: Assignment, folder: Path) -> None:
    told: list[tuple[str, str, bool]] = []
    shutil.copy(ROOT / "tests/gallery/wrong/conv-kernel-not-flipped/exercise3.py", folder)
    points = ("2.2", "2.3", "3.4")  # the last has two parts, one of which is right
    watched = Watch(folder, assignment, RunSettings(points=points))
    watched.on_point = lambda point: told.append((point.id, point.outcome.value, bool(watched.results)))
    with watched:
        assert watched.judge() is not None
    assert told == [("2.2", "passed", False), ("2.3", "failed", False), ("3.4", "partial", False)]


def test_what_cannot_be_read_is_told_once_however_often_it_is_looked_at(
    assignment: Assignment, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.student.watch._saves", lambda folder: iter(range(3)))
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
    with Watch(folder, assignment) as watched:
        assert [str(told) for told in watched.rounds()] == [f"{folder}: {nothing_in(assignment.expected)}."]


def test_an_exercise_that_cannot_be_judged_here_is_told_with_the_command(
    assignment: Assignment, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("grader.suite.missing_packages.find_spec", lambda name: None if name == "torch" else name)
    display = WatchDisplay()
    with Watch(folder, assignment, RunSettings(exercises=("4",))) as watched:
        judged = watched.judge()
        assert judged is not None
        display.show(judged, watched.unmet)
    shown = capsys.readouterr().out
    assert "\n\nExercise 4 needs torch, which is not installed. To install it:\n    pip install uv && uv pip" in shown
    with Watch(folder, assignment, RunSettings(exercises=("2",))) as watched:
        assert watched.unmet == ""


@pytest.mark.parametrize("name", ["nowhere", "exercise2.py"])
def test_only_a_folder_is_watched(folder: Path, grader: Command, name: str) -> None:
    ended = grader("watch", folder / name)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith(f"{name}: there is no such folder.\n")


@pytest.fixture
def watching(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The real command on that folder, in which there is a second copy of an answer; ended with Ctrl-C."""
    shutil.copy(SOLVED, folder / "exercise2 (1).py")
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
    judged = "2.1 passed  2.2 passed  2.3 {}  2.4 passed  2.5 passed\njudged in "
    assert first.startswith(f"Your files: judging 5 points …\n{judged.format('failed')}")
    assert "About your files\n    exercise2 (1).py: not graded; exercise2.py counts\n" in first
    assert "Points so far: 5 of 6." in first
    assert "2.3  In windows without a positive value the maximum was missed" in first
    shutil.copy(SOLVED, folder.parent)
    (folder.parent / SOLVED.name).replace(folder / SOLVED.name)  # at once: half a file would be judged, too
    second = until("Nothing left to fix.")
    assert second.startswith(f"exercise2.py: judging 5 points …\n{judged.format('passed')}")
    assert "2.3  0 → 1\n" in second
    assert "Points so far: 6 of 6." in second
