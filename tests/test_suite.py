"""pytest under the checks: collected once, run over submission after submission; nothing goes from one to the next."""

import gc
import os
import shutil
import weakref
from pathlib import Path

import pytest

from grader.assignment_folder import Assignment, load_assignment
from grader.errors import SuiteError
from grader.load.submission import digest
from grader.model import Outcome, Submission
from grader.sandbox.launcher import Launcher
from grader.suite.runner import Results, RunChecks, collected, list_checks, run_checks
from grader.suite.session import Oracles, SubmissionSession
from tests.support.command import ROOT

EXERCISE2 = frozenset({"2.1", "2.2", "2.3", "2.4", "2.5"})
WRONG = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py"
RIGHT = ROOT / "reference/exercise2.py"


def submission(name: str, *paths: Path) -> Submission:
    files = {path.name: path.read_bytes() for path in paths}
    return Submission(name, files, digest(files))


def judged(
    run: RunChecks, who: Submission, assignment: Assignment, launcher: Launcher, points: frozenset[str]
) -> Results:
    with (
        Oracles(launcher, assignment) as oracles,
        SubmissionSession(who, assignment, launcher, oracles, 1) as submission_session,
    ):
        return run(submission_session, points, lambda result: None)


def without_times(results: Results) -> list[object]:
    return [(result.point, result.part, result.verdict, result.output) for result in results]


def test_many_in_one_session_get_what_each_gets_alone(assignment: Assignment, launcher: Launcher) -> None:
    class_ = [submission("right", RIGHT), submission("empty"), submission("wrong", WRONG), submission("again", RIGHT)]
    alone = [judged(run_checks, who, assignment, launcher, EXERCISE2) for who in class_]
    together = collected(assignment, lambda run: [judged(run, who, assignment, launcher, EXERCISE2) for who in class_])
    assert [without_times(results) for results in together] == [without_times(results) for results in alone]
    outcomes = [{result.verdict.outcome for result in results} for results in together]
    assert outcomes[0] == outcomes[3] == {Outcome.PASSED}
    assert outcomes[1] == {Outcome.MISSING}
    assert Outcome.FAILED in outcomes[2]


@pytest.mark.parametrize("files", [{}, {"exercise4.py": b"def build_network(:"}], ids=["missing", "no Python"])
def test_where_nothing_can_be_asked_nothing_is_started(
    files: dict[str, bytes], assignment: Assignment, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exercise 4 above all: a process of ours that imports PyTorch would cost more than grading all the others."""
    monkeypatch.setattr(launcher, "launch", lambda bundle: pytest.fail(f"started with {bundle.preload}"))
    points = frozenset(point.id for point in assignment.rubric.points)
    results = judged(run_checks, Submission("nobody", files, digest(files)), assignment, launcher, points)
    fourth = {result.verdict.outcome for result in results if result.point in ("4.1", "4.6", "4.7", "4.8")}
    assert fourth == {Outcome.ERROR if files else Outcome.MISSING}


def test_each_run_has_its_own_points(assignment: Assignment, launcher: Launcher) -> None:
    who = submission("right", RIGHT)
    choices = [frozenset({"2.2"}), frozenset[str](), EXERCISE2]
    found = collected(assignment, lambda run: [judged(run, who, assignment, launcher, points) for points in choices])
    assert [{result.point for result in results} for results in found] == choices


def test_nothing_of_a_submission_is_kept(assignment: Assignment, launcher: Launcher) -> None:
    def work(run: RunChecks) -> tuple[object, int]:
        seen, reports = [], []
        for name in ("first", "second"):
            with (
                Oracles(launcher, assignment) as oracles,
                SubmissionSession(submission(name, WRONG), assignment, launcher, oracles, 1) as submission_session,
            ):
                run(submission_session, EXERCISE2, lambda result: None)
                seen.append(weakref.ref(submission_session))
            gc.collect()
            reports.append(sum(type(found) is pytest.TestReport for found in gc.get_objects()))
        return seen[0](), reports[1] - reports[0]

    assert collected(assignment, work) == (None, 0)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), ValueError("ours")])
def test_what_is_raised_on_the_way_comes_out(assignment: Assignment, error: BaseException) -> None:
    def work(run: RunChecks) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        collected(assignment, work)
    assert caught.value is error


def test_nothing_beside_an_assignment_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may lie in a home of ten thousand files, or in a folder that its user may enter and not list."""
    course = tmp_path / "home" / "course"
    shutil.copytree(ROOT / "examples" / "softmax", course)
    looked_at: list[Path] = []

    def scandir(path: str) -> object:
        looked_at.append(Path(path))
        return real_scandir(path)

    real_scandir = os.scandir
    monkeypatch.setattr(os, "scandir", scandir)
    assert list_checks(load_assignment(course))
    assert {folder for folder in looked_at if folder.is_relative_to(tmp_path)} == {course / "checks"}
    assert not [folder for folder in looked_at if tmp_path.is_relative_to(folder)]


def test_checks_that_cannot_be_collected_are_our_fault_and_said(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples/softmax", tmp_path / "course")
    next((tmp_path / "course/checks").glob("check_*.py")).unlink()
    broken = tmp_path / "course/checks/check_broken.py"  # a name of its own: pytest keeps modules by name
    broken.write_text("import no_such_module\n", encoding="utf-8")
    with pytest.raises(
        SuiteError, match=r"checks/check_broken.py, line 1: ModuleNotFoundError: No module named 'no_such"
    ):
        collected(load_assignment(tmp_path / "course"), lambda run: None)


LATE_IMPORT = b"""
def maxpool2x2_backward(dY, X):
    import numpy as np
    if X.shape[-1] % 2 or X.shape[-2] % 2:
        import scipy
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(*dY.shape):
        window = X[n, c, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
        a, b = np.unravel_index(window.argmax(), (2, 2))
        dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, i, j]
    return dX
"""


def test_a_forbidden_import_in_the_last_call_makes_the_whole_file_worth_nothing(
    assignment: Assignment, launcher: Launcher
) -> None:
    """The points that were judged before it, too; those of other files stay."""
    files = {"exercise2.py": LATE_IMPORT.replace(b"import scipy", b"__import__('sci' + 'py')")}
    who = Submission("late", files | {"exercise3.py": (ROOT / "reference/exercise3.py").read_bytes()}, "0" * 64)
    results = judged(run_checks, who, assignment, launcher, EXERCISE2 | {"3.1"})
    outcomes = {result.point: result.verdict.outcome for result in results}
    assert outcomes == dict.fromkeys(EXERCISE2, Outcome.FORBIDDEN) | {"3.1": Outcome.PASSED}
    assert {result.verdict.share for result in results if result.point in EXERCISE2} == {0.0}


def test_a_forbidden_import_takes_nothing_from_what_a_person_reads(assignment: Assignment, launcher: Launcher) -> None:
    """4.9 is about report.md, another file."""
    who = Submission("plots", {"exercise4.py": b"import matplotlib\n", "report.md": b"Adam is quick.\n"}, "0" * 64)
    results = judged(run_checks, who, assignment, launcher, frozenset({"4.8", "4.9"}))
    outcomes = {result.point: result.verdict.outcome for result in results}
    assert outcomes == {"4.8": Outcome.FORBIDDEN, "4.9": Outcome.REVIEW}


COUNTING = b"""
asked = 0

def __getattr__(name):
    if name != "CONVENTION":
        raise AttributeError(name)
    global asked
    asked += 1
    return "cross-correlation" if asked == 1 else "convolution"
"""


def test_a_constant_is_read_once_before_any_other_call(assignment: Assignment, launcher: Launcher) -> None:
    source = COUNTING + b"def affected_outputs(row, col):\n    return [(asked, asked)] * 9\n"
    who = Submission("counting", {"exercise3.py": source}, "0" * 64)
    with (
        Oracles(launcher, assignment) as oracles,
        SubmissionSession(who, assignment, launcher, oracles, 1) as session,
    ):
        exercise3 = session.module("exercise3")
        assert exercise3.affected_outputs(4, 4) == [[1, 1]] * 9
        assert [exercise3.CONVENTION for _ in range(3)] == ["cross-correlation"] * 3
