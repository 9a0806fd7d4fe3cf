"""Golden submissions: every right answer in full, every wrong one its exact points; the lines to paste hold.

Those that train are graded in `test_trained_galleries.py`.
"""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from grader.assignment_folder import Assignment
from grader.pipeline import GradingSession
from grader.report.html.student_page import student_page
from grader.report.results_json import to_json
from grader.rubric import select
from grader.schema import Report
from grader.suite.runner import RunChecks
from scripts.stored_points import UNREPEATABLE
from tests.support.command import Command
from tests.support.galleries import Case, Together, asked_for, cases, differences
from tests.support.pasting import pasted, points_shown
from tests.support.tiers import again

pytestmark = pytest.mark.slow

SEED = 20_260_101
CASES = cases("right") + cases("wrong")


Reports: TypeAlias = Together[Path, Report]


@pytest.fixture(scope="module")
def reports(request: pytest.FixtureRequest, grading: GradingSession) -> Reports:
    """Of each case that these tests ask for and that does not train."""
    asked = [*asked_for(request, "case"), *chain.from_iterable(asked_for(request, "cases"))]
    chosen = {case.path: case for case in asked if not case.trains}

    def grade(path: Path, run_checks: RunChecks) -> Report:
        points = select(grading.assignment.rubric, chosen[path].expected["exercises"], [])
        return grading.grade(grading.load(path), seed=SEED, selected=points, run=run_checks)

    return Together(grading.assignment, chosen, grade)


def tiered(cases: list[Case]) -> Iterator[Any]:
    """Of wrong answers that come to the same points, outcomes and names, the first; the others are other ways to write
    it."""
    seen: set[str] = set()
    for case in cases:
        comes_to = json.dumps({name: case.expected.get(name) for name in ("points", "outcomes", "diagnoses")})
        is_like_another = case.gallery == "wrong" and comes_to in seen
        seen.add(comes_to)
        yield again(case, name=case.name) if is_like_another else pytest.param(case, id=case.name)


@pytest.mark.parametrize("case", list(tiered([case for case in CASES if not case.trains])))
def test_every_case_gets_its_exact_points(case: Case, reports: Reports) -> None:
    assert differences(case, json.loads(to_json(reports[case.path]))) == []


@pytest.mark.parametrize(
    "name", [pytest.param("right/pool-loops", marks=pytest.mark.thorough), "wrong/pool-zero-initialised-maximum"]
)
def test_the_command_says_the_same(name: str, grader: Command, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == name)
    output = tmp_path / "results.json"
    ended = grader("grade", case.path, "--exercise", "2", "--seed", SEED, "--output", output)
    assert ended.returncode == 0, ended.stderr
    assert differences(case, json.loads(output.read_text(encoding="utf-8"))) == []


def test_every_case_states_every_point_of_its_exercises(assignment: Assignment) -> None:
    for case in CASES:
        wanted = select(assignment.rubric, case.expected["exercises"], [])
        assert set(case.expected["points"]) == wanted, case.name


# --- the lines to paste ---

# Stubs of the reference beside a wrong answer are imported by nothing; these exercises show arrays.
SHOWN = [
    case for case in cases("wrong") if {"2", "3"} & {*case.expected["exercises"]} and case.path.name not in UNREPEATABLE
]


@pytest.mark.parametrize("case", list(tiered(SHOWN)))
def test_the_lines_to_paste_make_the_call_that_is_shown(
    case: Case, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They run in the hand-in's folder, with nothing but Python and NumPy, and print what the report says was returned,
    or raise what it says was raised."""
    report = reports[case.path]
    for point in points_shown(report):
        came = pasted(str(point.evidence["paste"]), case.path, monkeypatch)
        got = point.evidence.get("got")
        if "got" not in point.evidence:
            assert isinstance(came, str), point.id
            assert came.partition(":")[0].rpartition(".")[2] in point.message
        elif isinstance(got, list | int | float):
            assert np.allclose(np.array(came, dtype=complex), np.array(got, dtype=complex)), point.id
    assert not points_shown(report) or "import numpy as np" in student_page(report)


POOLS = [param.values[0] for param in tiered(SHOWN) if not param.marks and param.id.startswith("wrong/pool-")]


@pytest.mark.parametrize("cases", [POOLS], ids=["pools"])
def test_many_cases_show_lines_to_paste(cases: list[Case], reports: Reports) -> None:
    """The test above holds of something: most wrong answers to exercise 2 have such lines."""
    assert sum(bool(points_shown(reports[case.path])) for case in cases) >= 0.9 * len(cases)
