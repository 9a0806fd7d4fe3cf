"""The example assignment works without a line changed in the engine, and the engine's promises hold for it."""

import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from grader.assignment_folder import load_assignment
from grader.course.handout import build_handout
from grader.course.wheel import wheel_name
from grader.pipeline import GradingSession
from grader.sandbox.process import ProcessLauncher
from grader.schema import Report
from tests.support import warm_commands
from tests.support.command import PATIENCE, ROOT, Command
from tests.support.environments import follow_readme, shell

pytestmark = pytest.mark.slow

SOFTMAX = ROOT / "examples" / "softmax"


@pytest.mark.parametrize(("folder", "score"), [("reference", 3.0), ("student_template", 0.0)])
def test_the_command_grades_it(folder: str, score: float, grader: Command, tmp_path: Path) -> None:
    output = tmp_path / "out.json"
    ended = grader("grade", SOFTMAX / folder, "--assignment", SOFTMAX, "--output", output)
    assert ended.returncode == 0, ended.stderr
    report = json.loads(output.read_text(encoding="utf-8"))
    assert (report["assignment"], report["score"], report["max_score"]) == ("softmax-example", score, 3.0)


@pytest.fixture
def handout(tmp_path: Path) -> Path:
    folder = tmp_path / "my work"
    build_handout(folder, SOFTMAX)
    return folder


def test_the_grader_that_its_handout_brings_has_this_assignment_and_no_other(handout: Path, tmp_path: Path) -> None:
    assert {path.name for path in handout.iterdir()} == {
        *("README.md", "pytest.ini", "requirements.txt", "softmax.py", wheel_name())
    }
    with zipfile.ZipFile(handout / wheel_name()) as wheel:
        wheel.extractall(tmp_path / "site")
    shutil.copy(SOFTMAX / "reference" / "softmax.py", handout)
    variables = {"PYTHONPATH": str(tmp_path / "site")}
    asked = f"{sys.executable} -c 'import grader; print(grader.__file__)'\n{sys.executable} -m "
    explained = shell(f"{asked} grader explain 1.1", handout, **variables)
    assert explained.stdout.startswith(str(tmp_path / "site")), explained.stderr
    assert "by the complex step" in explained.stdout
    full = shell(f"{sys.executable} -m pytest", handout, **variables)
    assert "Points so far: 3 of 3.\nNothing left to fix." in full.stdout, full.stdout + full.stderr


@pytest.mark.thorough
def test_its_handout_leads_from_nothing_to_full_marks(handout: Path) -> None:
    """The README's own commands, as those of the built-in assignment's in tests/test_handout.py."""
    folder = handout
    activate, run = follow_readme(folder)
    empty = shell(activate + run, folder)
    assert "Points so far: 0 of 3.\nNext: begin with 1.1 One sample." in empty.stdout, empty.stdout + empty.stderr
    assert "by the complex step" in shell(activate + "grader explain 1.1", folder).stdout
    shutil.copy(SOFTMAX / "reference" / "softmax.py", folder)
    full = shell(activate + run, folder)
    assert "Points so far: 3 of 3.\nNothing left to fix." in full.stdout, full.stdout


def test_pytest_beside_a_checkout_takes_the_assignments_folder(tmp_path: Path) -> None:
    shutil.copytree(SOFTMAX / "student_template", tmp_path / "work")
    options = (f"--assignment={SOFTMAX}", "-k", "1.2")
    ended = warm_commands.run("pytest", *options, cwd=tmp_path / "work", timeout=PATIENCE)
    assert "0 of 1 points in this selection.\nNext: begin with 1.2 " in ended.stdout, ended.stdout + ended.stderr


def graded(
    tmp_path: Path, check: str, code: str = "def softmax_cross_entropy_backward(logits, labels):\n    return 1\n"
) -> Report:
    """The report of an assignment whose only check is `check`."""
    course = tmp_path / "course"
    (course / "checks").mkdir(parents=True)
    text = (SOFTMAX / "rubric.toml").read_text(encoding="utf-8").replace("call_seconds = 5.0", "call_seconds = 1.0")
    (course / "rubric.toml").write_text(text, encoding="utf-8")
    name = f"check_{tmp_path.name}.py"  # a name of its own: pytest keeps modules by name
    (course / "checks" / name).write_text(
        f"from grader.api import module, points\nsoftmax = module('softmax')\n{check}"
    )
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "softmax.py").write_text(code)
    assignment, launcher = load_assignment(course), ProcessLauncher()
    with GradingSession(assignment, launcher=launcher) as grading:
        return grading.grade(grading.load(tmp_path / "work"), seed=1, selected=["1.1"])


ASKING = "@points('1.1')\ndef check_it(softmax):\n    softmax.softmax_cross_entropy_backward(1, 2)\n"


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("@points('1.1')\ndef check_it(softmax):\n    return 1 / 0\n", "ZeroDivisionError: division by zero"),
        ("@points('1.1')\ndef check_it(softmax):\n    return None\n", "check_it: it returned None, not a Verdict"),
        ("@points('1.1')\ndef check_it(softmax):\n    return True\n", "check_it: it returned True, not a Verdict"),
        ("@points('1.1')\ndef check_it(no_such_fixture):\n    return None\n", "no_such_fixture"),
        ("", "no check gave a verdict"),
        ("def other():\n    pass\n", "no check gave a verdict"),
    ],
)
def test_a_check_that_fails_us_is_never_a_students_zero(check: str, message: str, tmp_path: Path) -> None:
    report = graded(tmp_path, check)
    assert report.has_grader_error
    assert "the grader's fault, not yours" in report.points[0].message
    assert message in report.points[0].message
    assert report.max_score == 1.0


def test_two_checks_of_one_point_are_told(tmp_path: Path) -> None:
    passing = "@points('1.1')\ndef check_{}():\n    from grader.api import Verdict\n    return Verdict.passed()\n"
    message = graded(tmp_path, passing.format("one") + passing.format("other")).points[0].message
    assert "(2 checks gave a verdict on 1.1, which takes one)" in message


@pytest.mark.parametrize(
    ("body", "outcome", "message"),
    [
        ("raise ValueError('no')", "error", r"raised ValueError: no (softmax.py:2)"),
        ("raise NotImplementedError", "missing", "is not written yet"),
        ("import os", "forbidden", "import of os is not allowed"),
        ("__import__('os')", "forbidden", "tries to import os, which this exercise does not allow"),
        ("while True: pass", "timeout", "did not answer within 1 second and was stopped"),
        ("raise SystemExit", "error", "softmax.py calls exit() in line 2. Remove it."),
    ],
)
def test_what_a_submission_does_is_its_outcome(body: str, outcome: str, message: str, tmp_path: Path) -> None:
    code = f"def softmax_cross_entropy_backward(logits, labels):\n    {body}\n"
    point = graded(tmp_path, ASKING, code).points[0]
    assert (point.outcome.value, point.score) == (outcome, 0.0)
    assert message in point.message


def test_a_call_that_does_not_fit_states_the_signature(tmp_path: Path) -> None:
    point = graded(tmp_path, ASKING, "def softmax_cross_entropy_backward(logits):\n    return 1\n").points[0]
    assert point.outcome.value == "error"
    assert (
        "expected softmax_cross_entropy_backward(logits, labels), found softmax_cross_entropy_backward(logits)"
        in point.message
    )


def test_what_a_student_prints_is_kept(tmp_path: Path) -> None:
    code = (
        "print('at import')\ndef softmax_cross_entropy_backward(logits, labels):\n    print('in the call')\n    1 / 0\n"
    )
    point = graded(tmp_path, ASKING, code).points[0]
    assert point.output == "at import\nin the call\n"
