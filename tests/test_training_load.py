"""The same marks on a busy machine and in a smaller box: what time does not decide is a person's, and never lost."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack

import pytest

from grader.assignment_folder import Assignment, load_assignment
from grader.pipeline import GradingSession
from grader.rubric import select
from tests.support.galleries import cases

pytestmark = pytest.mark.slow

SEED = 20_260_104
BUSY = 8  # processes beside a grading, each in a session of its own
TOLERANCE = 1e-6
BOX = 12.0  # seconds: a fifth of the rubric's
CHOSEN = [
    *[case for case in cases("right") if case.trains][::4],  # of all: each takes a minute beside so many
    *[case for case in cases("wrong") if case.path.name == "claims-contradicted"],  # whose claims are about time
]
CASES = {case.path.name: case for case in CHOSEN}


def others(name: str, assignment: Assignment) -> list[str]:
    """The points that are not what they are on an idle machine. One that waits for a person is neither."""
    case = CASES[name]
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


def others_in_the_usual_box(name: str) -> list[str]:
    return others(name, load_assignment())


@pytest.fixture(scope="module")
def others_when_busy() -> dict[str, list[str]]:
    """The same for each case, beside eight busy processes: those of the other cases, while they train, and some that do
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
        running = {pool.submit(others_in_the_usual_box, name): name for name in CASES}
        found = {}
        for done in as_completed(running):
            add_busy()  # in its place
            found[running[done]] = done.result()
        return found


@pytest.mark.parametrize("name", CASES)
def test_beside_eight_busy_processes_points_are_the_same(name: str, others_when_busy: dict[str, list[str]]) -> None:
    assert others_when_busy[name] == []


@pytest.mark.parametrize("name", CASES)
def test_with_the_box_cut_to_a_fifth_points_are_the_same(name: str) -> None:
    assert others(name, load_assignment().with_settings(seconds=BOX)) == []
