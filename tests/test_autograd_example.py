"""The autograd example: its gallery, its misconceptions, the same marks in every sandbox and whatever the seed."""

import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from grader.assignment_folder import load_assignment
from grader.oracles.programs import Asking, Program, Question
from grader.oracles.reverse_mode import Node, Rules
from grader.pipeline import GradingSession
from grader.report.results_json import to_json
from grader.sandbox.choose import SandboxSettings
from grader.schema import Report
from grader.settings import RunSettings
from grader.student.explain import explain
from grader.suite import check_time
from tests.support.command import ROOT
from tests.support.galleries import Case, Together, asked_for, differences
from tests.support.sandboxes import LOCAL, why_not
from tests.support.tiers import again
from tests.support.workers import usual_first

pytestmark = pytest.mark.slow

AUTOGRAD = ROOT / "examples" / "autograd"
FOLDERS = sorted(path.parent for path in (AUTOGRAD / "gallery").glob("*/*/expected.json"))
CASES = [Case(path.parent.name, path, json.loads((path / "expected.json").read_text())) for path in FOLDERS]


REFERENCE, TEMPLATE = AUTOGRAD / "reference", AUTOGRAD / "student_template"


IN_EACH = [pytest.param((seed, *param.values), marks=param.marks) for seed, param in enumerate(usual_first(LOCAL))]


@pytest.fixture(scope="module", params=IN_EACH, ids=str)  # each with a seed of its own
def where(request: pytest.FixtureRequest) -> tuple[int, str]:
    place: tuple[int, str] = request.param
    return place


@pytest.fixture(scope="module")
def grading(where: tuple[int, str]) -> Iterator[GradingSession]:
    seed, kind = where
    reason = why_not(kind)
    if reason is not None:
        pytest.skip(f"no {kind} here: {reason}")
    with GradingSession(load_assignment(AUTOGRAD), RunSettings(SandboxSettings(kind), seed=seed)) as session:
        yield session


@pytest.fixture(scope="module")
def process() -> Iterator[GradingSession]:
    """For what no sandbox and no seed makes a difference to."""
    with GradingSession(load_assignment(AUTOGRAD), RunSettings(SandboxSettings("process"), seed=1)) as session:
        yield session


Reports: TypeAlias = Together[Path, Report]


@pytest.fixture(scope="module")
def reports(request: pytest.FixtureRequest, where: tuple[int, str], grading: GradingSession) -> Reports:
    cases, folders = asked_for(request, "case", where=where), asked_for(request, "folder", where=where)
    asked = [*(case.path for case in cases), *folders]
    return Together(grading.assignment, asked, lambda folder, run: grading.grade(grading.load(folder), run=run))


# Of 22 misconceptions, a few that fail in the smallest graphs, raise or return nothing; `make assignments` grades all.
OF_MISCONCEPTIONS = {"breadth-first", "data-is-a-value", "gradients-off", "numbers-not-taken", "relu-returns-nothing"}


@pytest.mark.parametrize(
    "case",
    [
        case if case.gallery == "right" or case.path.name in OF_MISCONCEPTIONS else again(case, name=case.name)
        for case in CASES
    ],
    ids=lambda case: case.name,
)
def test_each_case_of_the_gallery_is_worth_what_it_says(case: Case, reports: Reports) -> None:
    assert differences(case, json.loads(to_json(reports[case.path]))) == []


@pytest.mark.everywhere
@pytest.mark.parametrize(("folder", "score"), [(REFERENCE, 8.0), (TEMPLATE, 0.0)], ids=["reference", "template"])
def test_the_reference_has_all_points_and_the_template_none(folder: Path, score: float, reports: Reports) -> None:
    assert reports[folder].score == score


def test_every_misconception_has_a_case() -> None:
    sentences = (AUTOGRAD / "checks" / "sentences.toml").read_text(encoding="utf-8").splitlines()
    known = {line.partition(" =")[0] for line in sentences if not line.startswith("#")}
    assert known == {name for case in CASES for name in case.expected.get("diagnoses", {}).values() if name}


def test_what_a_student_reads_is_the_smallest_program_that_fails(process: GradingSession) -> None:
    report = process.grade(process.load(AUTOGRAD / "gallery" / "wrong" / "depth-first"))
    point = next(point for point in report.points if point.id == "1.6")
    assert point.message == (
        "A value passes its gradient on before all contributions have reached it. In which order are they visited? "
        "For a = 2, b = -3 and c = a * b; d = c * a; e = c + d: a.grad is -9, after e.backward(); the correct value is "
        "-15."
    )
    assert point.evidence["paste"] == (
        "from engine import Value\na = Value(2.0)\nb = Value(-3.0)\nc = a * b\nd = c * a\ne = c + d\ne.backward()\n"
        "print(a.grad, b.grad)"
    )


def test_every_point_is_explained() -> None:
    assignment = load_assignment(AUTOGRAD)
    for point in assignment.rubric.points:
        said = explain(assignment, point.id)
        assert len(said.judged) == len(said.hints) == 2


def test_what_a_model_comes_to_is_found_out_once() -> None:
    numbers = []

    def model(rules: Rules | None) -> Callable[[float], Node]:
        def make(number: float) -> Node:
            numbers.append(number)
            return Node(rules or Rules(), number)

        return make

    question = Question(Asking("{leaf}.grad", ("{root}.backward()",)), model, [])
    for _ in range(2):
        square, cube = (Program({"a": 2.0}, (f"b = a ** {exponent}",)) for exponent in (2, 3))
        assert question.expected(square) == {"a.grad": 4.0}
        assert question.expected(square, UNSTARTED) == {"a.grad": 0.0}
        assert question.expected(cube) == {"a.grad": 12.0}
    assert numbers == [2.0] * 3


UNSTARTED = Rules(starts=False)


HOSTILE = """
class Value:
    {lies}
    def __init__(self, data, *rest):
        self.data, self.grad = data, 0.0
    def __add__(self, other): return self
    __radd__ = __mul__ = __rmul__ = __pow__ = __add__
    def relu(self): return self
    def backward(self): pass
"""


@pytest.mark.parametrize(
    "lies",
    [
        "data = grad = property(lambda self: 1.0, lambda self, value: None)",
        again("__float__ = lambda self: 1.0; __eq__ = lambda self, other: True; __hash__ = None"),
        "__getattr__ = lambda self, name: self; data = grad = property(lambda self: self, lambda self, value: None)",
        "__class__ = property(lambda self: float)",
        "data = grad = property(lambda self: [1.0] * 10**6, lambda self, value: None)",
        "__del__ = lambda self: 1 / 0",
    ],
)
def test_an_engine_that_lies_earns_nothing_and_breaks_nothing(
    lies: str, process: GradingSession, tmp_path: Path
) -> None:
    (tmp_path / "engine.py").write_text(HOSTILE.format(lies=lies))
    report = process.grade(process.load(tmp_path))
    assert not report.has_grader_error
    assert sum(point.score for point in report.points) == 0


def test_drawing_an_expression_ends_with_every_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the last four values are all 0, of which nothing comes that is large enough."""
    monkeypatch.setattr(check_time, "SECONDS", 10.0)  # of the processor; one expression takes some 10 milliseconds
    monkeypatch.syspath_prepend(AUTOGRAD / "checks")
    draw_programs = importlib.import_module("draw_programs")
    for seed in range(20):
        rng = np.random.default_rng(seed)
        for _ in range(6):
            with check_time.bounded_time():
                drawn = draw_programs._any(rng)
            assert len(drawn.lines) == draw_programs.LINES
