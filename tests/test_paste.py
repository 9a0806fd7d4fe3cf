"""Lines to paste where checks ask through functions of their own; `test_galleries.py` has the built-in assignment's."""

from pathlib import Path

import numpy as np
import pytest

from grader.assignment_folder import load_assignment
from grader.course.new_assignment import write_assignment
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from tests.support.command import ROOT
from tests.support.pasting import pasted, points_shown

pytestmark = pytest.mark.slow


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
