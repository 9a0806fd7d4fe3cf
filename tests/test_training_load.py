"""The same marks on a busy machine and in a smaller box: what time does not decide is a person's, and never lost."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from grader.pipeline import GradingSession
from grader.rubric import Assignment, load_assignment, select
from tests.support.galleries import Case, cases

pytestmark = pytest.mark.slow

SEED = 20_260_104
BUSY = 8  # processes beside the grading, each in a session of its own
TOLERANCE = 1e-6
BOX = 12.0  # seconds: a fifth of the rubric's
CASES = [
    *[case for case in cases("right") if case.trains][::4],  # of all: each takes a minute beside so many
    *[case for case in cases("wrong") if case.path.name == "claims-contradicted"],  # whose claims are about time
]


@pytest.fixture
def busy() -> Iterator[None]:
    """Processes that do nothing but work."""
    with ExitStack() as stack:
        for _ in range(BUSY):
            command = [sys.executable, "-c", "while True: pass"]
            process = stack.enter_context(subprocess.Popen(command, start_new_session=True))
            stack.callback(process.kill)
        yield


def others(case: Case, assignment: Assignment) -> list[str]:
    """The points that are not what they are on an idle machine. One that waits for a person is neither."""
    with GradingSession(assignment) as grading:
        points = select(assignment.rubric, case.expected["exercises"], [])
        report = grading.grade(grading.load(case.path), seed=SEED, selected=points)
    return [
        f"{point.id}: {point.score} ({point.outcome}: {point.message})"
        for point in report.points
        if point.id in points
        and point.outcome != "review"
        and abs(point.score - case.expected["points"][point.id]) > TOLERANCE
    ]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.path.name) for case in CASES])
def test_beside_eight_busy_processes_points_are_the_same(case: Case, busy: None) -> None:
    assert others(case, load_assignment()) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.path.name) for case in CASES])
def test_with_the_box_cut_to_a_fifth_points_are_the_same(case: Case) -> None:
    assert others(case, load_assignment().with_settings(seconds=BOX)) == []
