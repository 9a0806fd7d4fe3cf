"""Golden submissions: every right answer in full, every wrong one its exact points."""

import json
from pathlib import Path

import pytest

from grader.assignment_folder import Assignment, load_assignment
from grader.pipeline import GradingSession
from grader.report.results_json import to_json
from grader.rubric import select
from grader.sandbox.launcher import Launcher
from tests.support.command import Command
from tests.support.galleries import Case, cases, differences

pytestmark = pytest.mark.slow

SEED = 20_260_101
CASES = cases("right") + cases("wrong")


@pytest.mark.slow
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_every_case_gets_its_exact_points(case: Case, grading: GradingSession, launcher: Launcher) -> None:
    if "seconds" not in case.expected:
        assert graded_otherwise(case, grading) == []
        return
    shorter = load_assignment().with_settings(seconds=case.expected["seconds"])
    with GradingSession(shorter, launcher=launcher) as own:
        assert graded_otherwise(case, own) == []


def graded_otherwise(case: Case, grading: GradingSession) -> list[str]:
    """Where a grading is not what the case expects."""
    points = select(grading.assignment.rubric, case.expected["exercises"], [])
    report = grading.grade(grading.load(case.path), seed=SEED, selected=points)
    return differences(case, json.loads(to_json(report)))


@pytest.mark.parametrize("name", ["right/pool-loops", "wrong/pool-zero-initialised-maximum"])
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
