"""pytest as students know it: files, points, single checks, and options of other plugins."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from grader.assignment_folder import Assignment
from grader.errors import UsageError
from grader.student.selection import bracketed, select_from
from tests.support.command import ROOT, Command
from tests.test_student import run_pytest

pytestmark = pytest.mark.slow

OF_2 = "6 of 6 points in this selection."


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which exercise 2 is solved, below one that has other tests."""
    folder = tmp_path_factory.mktemp("parent") / "my work"
    shutil.copytree(ROOT / "student_template", folder)
    shutil.copy(ROOT / "reference" / "exercise2.py", folder)
    return folder


@pytest.mark.parametrize(
    "args",
    [
        ("exercise2.py",),
        ("-k", "2"),
        ("-k", "exercise2"),
        ("exercise2.py::maxpool2x2_backward",),
        pytest.param(("-k", "2", "-n", "2"), marks=pytest.mark.thorough),
        ("-k", "2", "-n", "auto", "--dist", "loadfile"),
        ("-k", "2", "--forked"),
        ("-k", "2", "--count", "2"),
        ("-k", "2", "-s"),
        ("-k", "2", "--pdb"),
    ],
    ids=" ".join,
)
def test_a_selection_of_one_exercise(solved: Path, args: tuple[str, ...]) -> None:
    for option, plugin in (("-n", "xdist"), ("--forked", "pytest_forked"), ("--count", "pytest_repeat")):
        if option in args:
            pytest.importorskip(plugin, reason=f"{plugin} is not installed (pip install '.[dev]')")
    ended = run_pytest(solved, *args)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert OF_2 in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("6 of 6 points in ") or "--pdb" in args


def test_from_the_parent_folder(solved: Path) -> None:
    for args in (("my work", "-k", "2"), ("my work/exercise2.py",)):
        ended = run_pytest(solved.parent, *args)
        assert OF_2 in ended.stdout, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def bracketed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder named as people name them, with an assignment of its own in it: pytest takes a [ for a parameter's."""
    folder = tmp_path_factory.mktemp("OneDrive - Universität Mainz") / "Übung 9 (neu) [2]"
    shutil.copytree(ROOT / "student_template", folder)
    shutil.copytree(ROOT / "grader" / "assignment", folder / ".venv" / "assignment")
    shutil.copy(ROOT / "reference" / "exercise2.py", folder)
    return folder


@pytest.mark.parametrize("args", [("exercise2.py",), (".venv/assignment/checks/check_exercise2.py",)])
def test_a_folder_with_brackets_in_its_name(bracketed_folder: Path, args: tuple[str, ...]) -> None:
    ended = run_pytest(bracketed_folder, "--assignment", str(bracketed_folder / ".venv" / "assignment"), *args)
    assert OF_2 in ended.stdout, ended.stdout + ended.stderr


def test_grade_in_a_folder_with_brackets_in_its_name(bracketed_folder: Path, grader: Command) -> None:
    options = ("--sandbox", "process", "--exercise", "2", "--assignment", bracketed_folder / ".venv" / "assignment")
    ended = grader("grade", bracketed_folder, *options)
    assert ended.returncode == 0, ended.stderr
    assert "6 / 6" in ended.stdout


def test_a_number_is_a_whole_one(solved: Path) -> None:
    ended = run_pytest(solved, "-k", "2.1 or 4.9")
    assert "1 of 2 points in this selection." in ended.stdout, ended.stdout


def test_a_single_check_as_an_ides_list_of_tests_asks_for_it(solved: Path) -> None:
    listed = run_pytest(solved, "--collect-only", "-q", "-q")
    collected = run_pytest(solved, "--collect-only", "-k", "2.1")
    node = next(line for line in collected.stdout.splitlines() if "::" in line)
    assert listed.returncode == 0
    ended = run_pytest(solved, node)
    assert "1 of 1 points in this selection." in ended.stdout, ended.stdout + ended.stderr


def test_v_names_the_checks(solved: Path) -> None:
    ended = run_pytest(solved, "-v", "-k", "2.1")
    assert re.search(r"check_exercise2\.py::check_\w+ PASSED", ended.stdout), ended.stdout


def test_s_shows_what_passing_code_prints(solved: Path) -> None:
    code = (solved / "exercise2.py").read_text(encoding="utf-8")
    (solved / "exercise2.py").write_text(code + "\nprint('hello from here')\n", encoding="utf-8")
    try:
        assert "hello from here" in run_pytest(solved, "-k", "2.1", "-s").stdout
        assert "hello from here" not in run_pytest(solved, "-k", "2.1").stdout
    finally:
        (solved / "exercise2.py").write_text(code, encoding="utf-8")


def test_a_file_that_is_no_exercises_is_a_sentence(solved: Path) -> None:
    ended = run_pytest(solved, "compare.py")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "compare.py: only exercise1.py, exercise2.py, exercise3.py, exercise4.py can be judged." in ended.stderr


def test_tests_of_a_students_own_run_by_the_command_that_is_shown(solved: Path) -> None:
    (solved / "test_mine.py").write_text("from exercise2 import maxpool2x2_backward\n\n\ndef test_it(): pass\n")
    ended = run_pytest(solved, "test_mine.py")
    command = ended.stderr.strip().rpartition("Tests of your own: pytest ")[2].replace('"', "").split()
    assert command == ["-c", os.devnull, "--rootdir", ".", "test_mine.py"]
    assert "1 passed" in run_pytest(solved, *command).stdout
    assert OF_2 in run_pytest(solved, "-k", "2").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="making a link needs a privilege there")
def test_an_exercise_that_is_a_link_is_told(solved: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(solved, tmp_path / "work")
    (folder / "exercise2.py").rename(tmp_path / "elsewhere.py")
    (folder / "exercise2.py").symlink_to(tmp_path / "elsewhere.py")
    ended = run_pytest(folder, "exercise2.py", columns=300)
    assert "exercise2.py: not an ordinary file (a link, a pipe, a device); skipped." in ended.stdout, ended.stderr


@pytest.mark.parametrize(
    "encoding", ["cp437", *(pytest.param(x, marks=pytest.mark.thorough) for x in ("cp1252", "ascii"))]
)
def test_a_code_page_without_our_signs_loses_nothing(solved: Path, encoding: str) -> None:
    ended = run_pytest(solved, "-k", "1.2 or 2.1", "--tb=short", encoding=encoding)
    assert ended.returncode == 1
    assert "INTERNALERROR" not in ended.stdout + ended.stderr
    assert "1 of 2 points in this selection." in ended.stdout
    assert re.search(r"1\.2 .*theta by the chain rule|1\.2 .*Θ by the chain rule|1\.2 .*θ by", ended.stdout), (
        ended.stdout
    )


def test_4_9_is_answered_without_anything_being_trained(solved: Path) -> None:
    ended = run_pytest(solved, "-k", "4.9")
    assert "torch" not in ended.stdout
    assert "0 of 1 points in this selection." in ended.stdout


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2", "[2]"),
        ("3.4", "[3.4]"),
        ("not 4", "not [4]"),
        ("2.1 or 2.2", "[2.1] or [2.2]"),
        ("exercise2", "exercise2"),
    ],
)
def test_numbers_in_expressions(given: str, meant: str) -> None:
    assert bracketed(given) == meant


def test_what_arguments_mean(assignment: Assignment, tmp_path: Path) -> None:
    def meant(*args: str) -> tuple[list[str], frozenset[str]]:
        found = select_from(args, tmp_path, assignment.checks, assignment.rubric)
        return found.nodes, found.exercises

    one = "check_exercise2.py::check_one_window"
    assert meant() == (["."], frozenset())
    assert meant(".") == (["."], frozenset())
    assert meant("exercise2.py", "exercise3.py::f") == (["."], frozenset({"2", "3"}))
    assert meant(f"{assignment.checks}/{one}") == ([one], frozenset())
    with pytest.raises(UsageError, match=r"only exercise1\.py, "):
        meant("nowhere.py")
