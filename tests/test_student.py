"""`pytest` in a copy of the template, as a student runs it."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from grader.assignment_folder import Assignment
from grader.load.decisions import MOVE, RENAME
from grader.model import CheckResult, Frame, Outcome, Verdict
from grader.report.paragraphs import _printed
from grader.report.student_summary import print_progress
from grader.schema import Report
from grader.score import score
from tests.support import warm_commands
from tests.support.command import PATIENCE, ROOT

pytestmark = pytest.mark.slow

MISTAKE = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A student's folder, on a path as people have them."""
    folder = tmp_path / "Übung 9" / "my work"
    shutil.copytree(ROOT / "student_template", folder)
    return folder


def run_pytest(
    folder: Path, *args: str, python: Path | str = sys.executable, encoding: str = "utf-8", columns: int = 200
) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    environment |= {"COLUMNS": str(columns), "PYTHONIOENCODING": encoding}
    return warm_commands.run("pytest", *args, cwd=folder, env=environment, encoding=encoding, timeout=PATIENCE)


@pytest.mark.slow
def test_the_template_runs_through_and_shows_what_is_missing(work: Path) -> None:
    ended = run_pytest(work)
    assert ended.returncode == 1
    assert ended.stdout.startswith("m" * 25), ended.stdout
    assert (
        "Nothing is begun yet.\n\nPoints so far: 0 of 22.\nNext: begin with 1.1 ∂f/∂r by the chain rule."
        in ended.stdout
    )
    assert ended.stdout.splitlines()[-1].startswith("0 of 22 points in ")
    assert "site-packages" not in ended.stdout
    assert "Traceback" not in ended.stdout


def test_a_selection_and_the_last_failed(work: Path) -> None:
    shutil.copy(ROOT / "reference" / "exercise2.py", work)
    by_name = run_pytest(work, "-k", "exercise2")
    assert by_name.returncode == 0
    assert "6 of 6 points in this selection.\nNothing left to fix." in by_name.stdout, by_name.stdout
    by_point = run_pytest(work, "-k", "2.1 or 3.1")
    assert "1 of 2 points in this selection." in by_point.stdout, by_point.stdout
    again = run_pytest(work, "--lf")
    assert "0 of 1 points in this selection." in again.stdout, again.stdout
    assert "2.1" not in again.stdout
    none = run_pytest(work, "-k", "no_such_point")
    assert none.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "No point was selected. `pytest -k 3.4` runs one point" in none.stdout


def test_stopping_at_the_first_failure_blames_nobody_for_what_did_not_run(work: Path) -> None:
    ended = run_pytest(work, "-x", "-k", "3.4 or 3.5")
    assert "stopping after 1 failures" in ended.stdout
    assert "3.4  dloss_dx1 is not written yet (exercise3.py:56)." in ended.stdout, ended.stdout
    assert "Another part of this point was not run this time." in ended.stdout
    assert "grader's fault" not in ended.stdout
    assert "conv3x3_backward_weight" not in ended.stdout


def test_a_wrong_answer_is_told_once_with_its_smallest_input(work: Path) -> None:
    shutil.copy(MISTAKE, work)
    ended = run_pytest(work, "-k", "2.3")
    assert ended.stdout.count("nothing there beats a maximum that starts at 0") == 1
    assert "    dY   X       expected   got   difference\n    2    -4 -1   0 2        2 0    2 -2\n" in ended.stdout
    assert "Next: fix 2.3 Negative values, large and small magnitudes." in ended.stdout
    assert "Traceback" not in ended.stdout
    assert "grader/suite/plugin.py" not in ended.stdout
    classic = run_pytest(work, "-k", "2.3", "--tb=short")
    assert classic.stdout.count("nothing there beats a maximum that starts at 0") == 2
    assert "Traceback" not in classic.stdout


def test_a_students_own_error_is_shown_at_their_own_line_from_any_folder(work: Path, tmp_path: Path) -> None:
    code = "def maxpool2x2_backward(dY, X):\n    print('in here')\n    return X[0][99]\n"
    (work / "exercise2.py").write_text(code, encoding="utf-8")
    ended = run_pytest(tmp_path, str(work), "-k", "2.1")
    assert (
        "    exercise2.py:3 in maxpool2x2_backward\n        return X[0][99]\n               ^^^^^^^^\n" in ended.stdout
    ), ended.stdout
    assert "    your code printed:\n      in here  (" in ended.stdout, ended.stdout
    assert "/child" not in ended.stdout


def test_what_is_printed_at_every_call_is_shown_once_and_much_is_cut() -> None:
    assert _printed("here\n" * 25 + "x\n\n\nhere\n")[1:] == ["  here  (25 times)", "  x", "  ", "  here"]
    first = [f"  {number}" for number in range(10)]
    assert _printed("".join(f"{n}\n" for n in range(11)))[1:] == [*first, "  … and 1 more line"]
    assert _printed("".join(f"{n}\n" for n in range(10)) + "y\n" * 7)[1:] == [*first, "  … and 7 more lines"]


def test_the_summary_says_how_it_was_run_and_that_it_is_not_the_official_grading(work: Path) -> None:
    ended = run_pytest(work, "-k", "2.1", "--seed", "5")
    assert (
        "This was a practice run (seed 5). The official grading uses the same checks with other random inputs."
    ) in ended.stdout, ended.stdout


def test_a_folder_without_exercises_is_a_sentence(work: Path, tmp_path: Path) -> None:
    ended = run_pytest(work, "--submission", str(tmp_path / "nowhere"))
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "there is no such file or folder" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_listing_the_checks_judges_nothing(work: Path) -> None:
    ended = run_pytest(work, "--collect-only", "-k", "exercise2")
    assert "check_exercise2.py" in ended.stdout
    assert "Points so far" not in ended.stdout


def said(assignment: Assignment, *results: CheckResult) -> str:
    """What a student reads after these results."""
    environment = {
        "grader": "0",
        "python": "3",
        "platform": "x",
        "sandbox": "process",
        "restrictions": (),
        "device": "cpu",
    }
    about = {
        "submission": {"id": "me", "sha256": "0" * 64},
        "seed": 1,
        "environment": environment | {"rubric_sha256": assignment.rubric_sha256},
    }
    report: Report = score(assignment.rubric, results, {result.point for result in results}, **about)
    text = io.StringIO()
    print_progress(report, Console(file=text, width=200))
    return text.getvalue()


def test_what_was_tried_comes_before_what_was_not_begun(assignment: Assignment) -> None:
    missing = CheckResult("1.1", None, Verdict.missing("df_dr is not written yet."))
    wrong = CheckResult("2.1", None, Verdict.failed("Wrong."), traceback=(Frame("exercise2.py", 3, "f", "x = 1"),))
    text = said(assignment, missing, wrong)
    assert "Next: fix 2.1 One window." in text
    assert "\n2.1  Wrong.\n    exercise2.py:3 in f\n        x = 1\n" in text
    assert "Next: begin with 1.1 " in said(assignment, missing)


def test_what_is_there_under_another_name_comes_before_what_was_not_begun(assignment: Assignment) -> None:
    missing = CheckResult("1.1", None, Verdict.missing("df_dr is not written yet."))
    renamed = CheckResult("2.1", None, Verdict.missing(f"exercise2.py has no f. Line 6 has g; {RENAME}"))
    moved = CheckResult(
        "2.1", None, Verdict.missing(f"exercise2.py has no f. Line 6 defines it; {MOVE} the top level.")
    )
    for result, what in ((renamed, "rename"), (moved, "move")):
        text = said(assignment, missing, result)
        assert f"Next: {what} your function (see above), or begin with 2.1 One window." in text


def test_a_persons_point_and_our_own_fault_are_not_the_students_to_mend(assignment: Assignment) -> None:
    review = CheckResult("4.9", None, Verdict.review("A person reads this."))
    text = said(assignment, CheckResult("1.1", None, Verdict.passed("a remark")), review)
    assert "Points so far: 1 of 2, and 1 pending manual review.\nNothing left to fix." in text
    assert "\n1.1  Note: a remark\n" in text
    ours = said(assignment, CheckResult("2.1", None, Verdict(Outcome.GRADER_ERROR, 0.0, "Ours.")))
    assert "Nothing left to fix. Send your course the message about 2.1: you cannot fix that." in ours


def test_hostile_text_stays_text(assignment: Assignment) -> None:
    text = said(
        assignment, CheckResult("2.1", None, Verdict.failed("\x1b[2J[red]x[/red]"), output="\x1b]0;title\x07\n")
    )
    assert "\x1b" not in text
    assert "[red]x[/red]" in text


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_the_warm_process_is_there_before_our_imports_and_not_where_nothing_will_run(tmp_path: Path) -> None:
    (tmp_path / "look.py").write_text(
        "import sys, grader.student.pytest_plugin\n"
        "print([name for name in ('numpy', 'pydantic', 'rich', 'grader.student.practice') if name in sys.modules])\n"
        "print(len(grader.student.pytest_plugin._launcher._zygotes))\n"
    )
    said = {
        option: subprocess.run(
            [sys.executable, "look.py", *option], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
        ).stdout
        for option in ((), ("--collect-only",), ("--help",))
    }
    assert said == {(): "[]\n1\n", ("--collect-only",): "[]\n0\n", ("--help",): "[]\n0\n"}
