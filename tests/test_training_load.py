"""The same marks on a busy machine and in a smaller box: what time does not decide is a person's, and never lost."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack

import pytest

from grader.pipeline import GradingSession
from grader.rubric import Assignment, load_assignment, select
from tests.support.galleries import cases

pytestmark = pytest.mark.slow

SEED = 20_260_104
BUSY = 8  # processes beside a grading, each in a session of its own
BOX = 12.0  # seconds: a fifth of the rubric's
CASES = {case.path.name: case for case in [case for case in cases("right") if case.trains][::4]}


def lost(name: str, assignment: Assignment) -> list[str]:
    """The points that are lower than they are on an idle machine. One that waits for a person is not lower."""
    case = CASES[name]
    with GradingSession(assignment) as grading:
        points = select(assignment.rubric, case.expected["exercises"], [])
        report = grading.grade(grading.load(case.path), seed=SEED, selected=points)
    return [
        f"{point.id}: {point.score} ({point.outcome}: {point.message})"
        for point in report.points
        if point.id in points and point.score < case.expected["points"][point.id] - 1e-6 and point.outcome != "review"
    ]


def lost_as_it_is(name: str) -> list[str]:
    return lost(name, load_assignment())


@pytest.fixture(scope="module")
def lost_when_busy() -> dict[str, list[str]]:
    """What each case loses beside eight busy processes: those of the other cases, while they train, and some that do
    nothing but work."""
    with ExitStack() as stack:

        def add_busy() -> None:
            command = [sys.executable, "-c", "while True: pass"]
            process = stack.enter_context(subprocess.Popen(command, start_new_session=True))
            stack.callback(process.kill)

        context = multiprocessing.get_context("spawn")
        pool = stack.enter_context(ProcessPoolExecutor(len(CASES), mp_context=context))
        for _ in range(BUSY - (len(CASES) - 1)):
            add_busy()
        running = {pool.submit(lost_as_it_is, name): name for name in CASES}
        found = {}
        for done in as_completed(running):
            add_busy()  # in its place
            found[running[done]] = done.result()
        return found


@pytest.mark.parametrize("name", CASES)
def test_beside_eight_busy_processes_no_point_is_lower(name: str, lost_when_busy: dict[str, list[str]]) -> None:
    assert lost_when_busy[name] == []


@pytest.mark.parametrize("name", CASES)
def test_with_the_box_cut_to_a_fifth_no_point_is_lower(name: str) -> None:
    assert lost(name, load_assignment().with_settings(seconds=BOX)) == []
