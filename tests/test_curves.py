"""The picture of a training in a file of its own."""

import math
import re
from xml.etree import ElementTree

import pytest

from grader.report import curves
from tests.support.command import ROOT

NAMES = ("Adam", "SGD", "LBFGS", "mine", "theirs", "<b>&", "a seventh")
CURVES = {name: {"loss": [2.0, 1.0, None, 0.05], "accuracy": [0.1, 0.5, math.inf, 0.6]} for name in NAMES}


def test_it_is_an_svg_file_and_the_same_every_time() -> None:
    picture = curves.draw(CURVES, title="Six", targets={"accuracy": 0.8})
    root = ElementTree.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Six", *NAMES, "loss (logarithmic)", "accuracy", "0.8"} <= set(texts)
    assert picture == curves.draw(CURVES, title="Six", targets={"accuracy": 0.8})
    assert ElementTree.fromstring(curves.draw({})).tag == root.tag


def test_a_gap_ends_a_line_and_begins_another() -> None:
    picture = curves.draw({"a": {"loss": [1.0, 2.0, math.nan, 3.0, 4.0]}})
    assert len(re.findall(r'<path class="line" d="M\d+\.\d', picture)) == 2


def test_a_loss_that_explodes_does_not_press_the_others_together() -> None:
    exploded = {**CURVES, "LBFGS": {"loss": [2.0, 1e11, 0.1], "accuracy": [0.1, 0.5, 0.9]}}
    assert "loss (logarithmic, cut at 20)" in curves.draw(exploded)
    assert "cut at" not in curves.draw(CURVES)


@pytest.mark.parametrize("falling", [[2.0, 0.1, 1e-3, 1e-5], [2.0, 1e-30]])
def test_what_falls_far_is_not_cut(falling: list[float]) -> None:
    assert "cut at" not in curves.draw({"a": {"loss": falling}, "b": {"loss": falling}})


def test_the_lines_differ_without_colour() -> None:
    style = (ROOT / "grader/report/html/chart.css").read_text(encoding="utf-8")
    dashes = re.findall(r"\.s\d \.line \{ stroke-dasharray: ([^;}]+?)[;}]", style)
    assert len(set(dashes)) == len(dashes) == 5  # and the first is solid


def test_the_engine_draws_whatever_it_is_given_and_knows_no_optimizer() -> None:
    for path in (ROOT / "grader" / "report").rglob("*"):
        if path.suffix in (".py", ".jinja", ".css", ".js"):
            assert not re.search("Adadelta|Adagrad|RMSprop|LBFGS", path.read_text(encoding="utf-8")), path
