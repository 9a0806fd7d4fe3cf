"""Every counterexample that is shown comes with lines that can be pasted into Python, and make the same call.

A property, held over all wrong answers of the galleries: the lines run in the hand-in's folder, with nothing but Python
and NumPy, and what they print is what the report says was returned; or they raise what it says was raised.
"""

import builtins
import contextlib
import io
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment_folder import load_assignment
from grader.course.new_assignment import write_assignment
from grader.pipeline import GradingSession
from grader.report.html.student_page import student_page
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import PointScore, Report
from grader.settings import RunSettings
from tests.support.command import ROOT
from tests.support.galleries import Case, cases

pytestmark = pytest.mark.slow

# Stubs of the reference beside a wrong answer are imported by nothing; these exercises show arrays.
UNREPEATABLE = {"pool-memory-not-cleared"}  # it returns what happens to be in memory
SHOWN = [
    case for case in cases("wrong") if {"2", "3"} & {*case.expected["exercises"]} and case.path.name not in UNREPEATABLE
]


@pytest.fixture(scope="module")
def session() -> Any:
    with GradingSession(load_assignment(), RunSettings(SandboxSettings("process"), 1, ("2", "3"))) as opened:
        yield opened


def pasted(lines: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the lines print, as the value that is printed; or the exception, with its type in its text."""
    printed: list[Any] = []
    monkeypatch.syspath_prepend(str(folder))
    printing = {**vars(builtins), "print": lambda *values: printed.extend(values)}
    names = {"__name__": "__main__", "__builtins__": printing}
    before = set(sys.modules)
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            exec(compile(lines, "<pasted>", "exec"), names)
    except Exception as error:  # noqa: BLE001 - a student's
        return "".join(traceback.format_exception_only(error)).strip()
    finally:
        for name in set(sys.modules) - before:  # the next case has an exercise2 of its own
            if getattr(sys.modules[name], "__file__", None) and str(folder) in str(sys.modules[name].__file__):
                del sys.modules[name]
    return printed[-1]


def points_shown(report: Report) -> list[PointScore]:
    return [point for point in report.points if "paste" in point.evidence]


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: case.path.name)
def test_the_lines_make_the_call_that_is_shown(
    session: GradingSession, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = session.grade(session.load(case.path))
    for point in points_shown(report):
        came = pasted(str(point.evidence["paste"]), case.path, monkeypatch)
        got = point.evidence.get("got")
        if "got" not in point.evidence:
            assert isinstance(came, str), point.id
            assert came.partition(":")[0].rpartition(".")[2] in point.message
        elif isinstance(got, list | int | float):
            assert np.allclose(np.array(came, dtype=complex), np.array(got, dtype=complex)), point.id
    assert not points_shown(report) or "import numpy as np" in student_page(report)


def test_many_cases_show_one(session: GradingSession) -> None:
    """The property above holds of something: most wrong answers to exercise 2 have lines to paste."""
    pools = [case for case in SHOWN if case.path.name.startswith("pool-")][:20]
    shown = [points_shown(session.grade(session.load(case.path))) for case in pools]
    assert sum(map(bool, shown)) >= 18


def test_the_lines_for_a_layer_make_the_call_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks of layers ask through functions of their own: forward, then backward."""
    layers = ROOT / "examples" / "layers"
    folder = layers / "gallery" / "wrong" / "layers-1"
    with GradingSession(load_assignment(layers), RunSettings(SandboxSettings("process"), 1, ("1",))) as opened:
        shown = points_shown(opened.grade(opened.load(folder)))
    assert len(shown) >= 10
    for point in shown:
        assert "\nfrom cs231n.layers import *\n" in point.evidence["paste"]
        came = pasted(point.evidence["paste"], folder, monkeypatch)
        assert np.allclose(came, np.array(point.evidence["got"])), point.id


def test_the_lines_for_a_new_assignment_make_the_call_that_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its check of an object asks through a function of its own, and says what a student would write."""
    course = tmp_path / "course"
    write_assignment(course)
    (course / "checks" / "check_momentum.py").rename(course / "checks" / f"check_momentum_{tmp_path.name}.py")
    text = (course / "explain.toml").read_text(encoding="utf-8")
    (course / "explain.toml").write_text(text.replace("check_momentum.", f"check_momentum_{tmp_path.name}."))
    folder = course / "gallery" / "wrong" / "no-memory"
    with GradingSession(load_assignment(course), RunSettings(SandboxSettings("process"), 1, ("3",))) as opened:
        [point] = points_shown(opened.grade(opened.load(folder)))
    assert np.allclose(pasted(point.evidence["paste"], folder, monkeypatch), np.array(point.evidence["got"]))
