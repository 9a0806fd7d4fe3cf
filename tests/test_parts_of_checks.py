"""One check for several parts of a point: it is run for each, with inputs of its own, and each has its verdict."""

from pathlib import Path

import pytest

from grader.assignment_folder import load_assignment
from grader.authoring.lint.reading_files import points_and_checks
from grader.model import Outcome
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.student.explain import checked
from grader.suite.runner import list_checks
from tests.support.small_course import small_course

pytestmark = pytest.mark.slow

EXERCISE = """title = "Backward"
module = "layer"
functions = ["backward(x)"]
"""
POINTS = """    [[exercise.point]]
    id = "1.1"
    title = "All gradients"
    max = 2.0
    parts = { dx = 1.0, dw = 0.5, db = 0.5 }
    kind = "numerical"
"""
CHECKS = '''
from grader.api import Verdict, module, points

layer = module("layer")
RESULTS = ("dx", "dw", "db")


@points("1.1", part=RESULTS)
def check_backward(layer, rng, part):
    """Each gradient is right."""
    x = float(rng.normal())
    got = layer.backward(x)[RESULTS.index(part)]
    return Verdict.passed() if got == x else Verdict.failed(f"{part} of {x} is wrong.", f"wrong-{part}")
'''


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return small_course(tmp_path, EXERCISE, POINTS, CHECKS)


def test_each_part_has_its_verdict(course: Path, tmp_path: Path) -> None:
    (tmp_path / "answer").mkdir()
    (tmp_path / "answer" / "layer.py").write_text("def backward(x):\n    return [x, -x, -x]\n")
    with GradingSession(load_assignment(course), RunSettings(SandboxSettings("process"), 1)) as session:
        [point] = session.grade(session.load(tmp_path / "answer")).points
    assert point.score == 1.0
    assert {part.part: (part.outcome, part.diagnosis) for part in point.parts} == {
        "dx": (Outcome.PASSED, None),
        "dw": (Outcome.FAILED, "wrong-dw"),
        "db": (Outcome.FAILED, "wrong-db"),
    }
    drawn = [part.message.split()[2] for part in point.parts if part.message]
    assert drawn[0] != drawn[1]


def test_lint_knows_all_its_parts(course: Path) -> None:
    assignment = load_assignment(course)
    assert list(points_and_checks(assignment, list_checks(assignment))) == []


def test_lint_tells_a_part_that_no_check_decides(course: Path) -> None:
    [checks] = (course / "checks").glob("check_*.py")
    checks.write_text(CHECKS.replace('("dx", "dw", "db")', '("dx", "dw", "dz")'))
    assignment = load_assignment(course)
    sentences = [remark.sentence for remark in points_and_checks(assignment, list_checks(assignment))]
    assert sentences == [
        'point 1.1 has no check: mark one with @points("1.1", part="db").',
        "check_backward[dz] decides part 'dz' of point 1.1, which the rubric does not have.",
    ]


def test_explain_says_what_is_checked(course: Path) -> None:
    assert checked(load_assignment(course), "1.1") == ["dx, dw, db: Each gradient is right."]


def test_explain_says_the_rest_where_checks_cannot_be_loaded(course: Path) -> None:
    [checks] = (course / "checks").glob("check_*.py")
    checks.write_text("1 / 0\n")
    assert checked(load_assignment(course), "1.1") == []
