"""The same marks on a busy machine and in a smaller box: what time does not decide is a person's, and never lost.

`python -m scripts.galleries --exercise 4 --beside 8` shows it for every answer of the galleries.
"""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack

import pytest

from grader.assignment_folder import Assignment, load_assignment
from grader.pipeline import GradingSession
from grader.rubric import select
from tests.support.busy import add_busy
from tests.support.galleries import cases
from tests.support.tiers import again

pytestmark = pytest.mark.slow

SEED = 20_260_104
BUSY_PER_CORE = 4  # processes, as eight have two cores; all on one, so that the wait costs half as much
TOLERANCE = 1e-6
BOX = 12.0  # seconds: a fifth of the rubric's
# All points that can be earned, and claims about time, two of them wrong.
NAMES = ("claims-all-supported", "claims-contradicted")
CASES = {case.path.name: case for gallery in ("right", "wrong") for case in cases(gallery) if case.path.name in NAMES}


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


@pytest.fixture
def core() -> Iterator[int]:
    """One core that all processes started from here have to share, where a process can be bound to one."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("processes cannot be bound to a core on this system")
    usual = os.sched_getaffinity(0)
    chosen = max(usual)
    os.sched_setaffinity(0, {chosen})
    yield chosen
    os.sched_setaffinity(0, usual)


@pytest.mark.thorough
@pytest.mark.usefixtures("core")
def test_beside_busy_processes_points_are_the_same() -> None:
    """On one core with three others: those of the other case, while it trains, and some that do nothing but work."""
    with ExitStack() as stack:
        context = multiprocessing.get_context("spawn")
        pool = stack.enter_context(ProcessPoolExecutor(len(CASES), mp_context=context))
        for _ in range(BUSY_PER_CORE - (len(CASES) - 1)):
            add_busy(stack)
        running = {pool.submit(others_in_the_usual_box, name): name for name in CASES}
        found = {}
        for done in as_completed(running):
            add_busy(stack)  # in its place
            found[running[done]] = done.result()
    assert found == {name: [] for name in NAMES}


@pytest.mark.parametrize("name", ["claims-all-supported", again("claims-contradicted")])
def test_with_the_box_cut_to_a_fifth_points_are_the_same(name: str) -> None:
    assert others(name, load_assignment().with_settings(seconds=BOX)) == []
