"""The hostile gallery in every local sandbox: exact points, no report lost, nobody else harmed, nothing left behind."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from grader.assignment_folder import Assignment
from grader.sandbox.child import worker
from grader.suite.runner import RunChecks
from tests.support.galleries import Case, Together, asked_for, cases
from tests.support.hostile import Aftermath, Target, adopt_orphans, descendants, run, survivors
from tests.support.sandboxes import LOCAL, launcher_of, why_not
from tests.support.workers import usual_first

pytestmark = pytest.mark.slow

CASES = cases("hostile")
MAX_SECONDS = 300.0  # for one submission: what the slowest takes on a machine with ten times as much to do
MAX_GROWN = 300 << 20  # bytes of the trusted process above idle, whatever a submission says
MIN_CASES = 60  # cases, of which the gallery is not to lose any


# What they attack is attacked at less expense by another case, or by a test of that one thing.
ONCE_MORE = {
    "answer-holds-itself": "answer-nested-deep; test_handles: what has no end",
    "answer-large-arrays": "test_protocol, test_wire_fuzz: the bounds of a message",
    "bomb-nested-too-deep": "bomb-nested; test_symbolic: deep",
    "bomb-shared": "bomb-expansion; test_symbolic: doubling",
    "bomb-terms": "test_symbolic: many terms",
    "exhaust-list": "test_sandboxes: a list",
    "exhaust-memory": "exhaust-memory-at-once; test_sandboxes: bit by bit",
    "exhaust-memory-at-import": "exhaust-memory-at-once",
    "exhaust-output": "exhaust-output-for-ever",
    "exit-recursion": "test_sandboxes: a recursion without end",
    "exit-stack-overflow": "exit-segfault",
    "file-many": "test_load: no bound on the whole",
    "frames-half-a-frame": "test_sandboxes: half an answer",
    "hang-at-import": "hang-loop; test_sandboxes: a module that hangs",
    "hang-ignores-signals": "hang-loop; test_sandboxes: ignores all signals",
    "hang-in-c": "hang-loop; test_sandboxes: in C",
    "hang-just-below-the-deadline": "hang-loop",
    "search-frames": "search-gc; test_sandboxes: nothing is inherited",
    "search-other-folders": "search-files; test_jail: list the other workers",
    "search-sys-modules": "search-gc; test_sandboxes: nothing is inherited",
    "training-default-dtype": "training-thread",
    "training-exits": "training-thread; exit-sys-exit-at-import",
    "training-forges-tensors": "training-rewrites-harness; test_training: a report of another form",
    "training-hostile-claims": "training-rewrites-harness; test_claims",
    "training-results-are-arrays": "test_training: logits that are no numbers",
    "zip-bomb": "test_load: a bomb",
}
# Where the jail is not in its way, it is our guard on imports that an attack has to pass.
GUARDED = {case.path.name for case in CASES if case.path.name.startswith("import-")} | {"search-import-grader"}


def tiered(case: Case) -> Any:
    name = case.path.name
    marks = [pytest.mark.thorough] * (name in ONCE_MORE) + [pytest.mark.everywhere] * (name in GUARDED)
    return pytest.param(case, id=name, marks=marks)


@pytest.fixture(scope="module", params=usual_first(LOCAL))
def attacked(
    request: pytest.FixtureRequest, assignment: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Together[Path, Aftermath]]]:
    """A kind of sandbox, and what each case came to in one sandbox of that kind."""
    reason = why_not(request.param)
    if reason is not None:
        pytest.skip(f"no {request.param} here: {reason}")
    chosen = {case.path: case for case in asked_for(request, "case", attacked=request.param)}
    adopt_orphans()
    with closing(launcher_of(request.param)) as launcher, Target(assignment, launcher) as target:

        def attack(path: Path, run_checks: RunChecks) -> Aftermath:
            return run(chosen[path], tmp_path_factory.mktemp("case"), target, run_checks)

        yield request.param, Together(assignment, chosen, attack)
    adopt_orphans(False)


def is_restricted(sandbox: str) -> bool:
    """`process` promises none, but keeps to the jail's list of files where the kernel can."""
    return sandbox != "process" or why_not("jail") is None


@pytest.mark.parametrize("case", [tiered(case) for case in CASES])
def test_an_attack_wins_nothing_and_harms_nobody(case: Case, attacked: tuple[str, Together[Path, Aftermath]]) -> None:
    sandbox, aftermaths = attacked
    aftermath = aftermaths[case.path]
    assert aftermath.lost == ""
    assert aftermath.harmed(case) == []
    assert aftermath.survivors == ()
    assert aftermath.seconds < MAX_SECONDS
    assert aftermath.grown < MAX_GROWN
    if case.expected.get("needs_jail") and not is_restricted(sandbox):
        return  # what only restrictions stop is not promised where there are none
    assert aftermath.problems(case) == []
    assert aftermath.unearned(case) == 0
    assert aftermath.markers == ()


def test_the_gallery_is_large_and_says_what_it_is_about(assignment: Assignment) -> None:
    assert len(CASES) >= MIN_CASES
    known = {point.id: point.max for point in assignment.rubric.points}
    for case in CASES:
        expected = case.expected
        assert expected["about"].endswith("."), case.name
        assert set(expected) <= FIELDS, case.name
        assert set(expected["unharmed"]) | set(expected.get("outcomes", {})) <= set(expected["points"]) <= set(known), (
            case.name
        )
        assert all(0 <= worth <= known[point] for point, worth in expected["points"].items()), case.name
        assert all(expected["points"][point] == known[point] for point in expected["unharmed"]), case.name


def test_what_is_left_to_the_thorough_tests_is_there() -> None:
    assert {case.path.name for case in CASES} >= ONCE_MORE.keys()


def test_what_the_attacks_reach_for_by_name_is_there() -> None:
    """A name of ours that has changed would make an attack harmless, and its case a test of nothing."""
    assert {"answer", "failure", "problem", "_OPERATIONS", "convert", "protocol"} <= vars(worker).keys()
    assert {"allowed", "refused", "refuse"} <= set(dir(worker.Importer()))
    assert callable(worker.convert.to_wire)
    assert callable(worker.protocol.encode)


def test_nearly_every_attack_has_an_honest_exercise_beside_it() -> None:
    assert sum(bool(case.expected["unharmed"]) for case in CASES) == len(CASES)


FIELDS = {
    *("about", "attacks", "exercises", "points", "unharmed", "outcomes"),
    *("call_seconds", "memory_mib", "recipe", "folder", "needs_jail"),
}


def test_no_attack_needs_a_jail_but_these() -> None:
    """What `process` does not promise: a list that may get shorter, or longer with a reason in docs/security.md."""
    assert {case.path.name for case in CASES if case.expected.get("needs_jail")} == NEED_JAIL


NEED_JAIL = {
    *("import-guard-removed", "import-guard-emptied", "import-by-ctypes", "import-by-sympify", "search-files"),
    *("search-other-folders", "search-proc", "planted-results-at-run-time"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc, which only Linux has")
def test_what_an_attack_leaves_is_seen_under_a_zygotes_command_line_too() -> None:
    before = descendants()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "zygote"]) as left:
        try:
            assert [line.split()[0] for line in survivors(before, settle_seconds=0.0)] == [str(left.pid)]
        finally:
            left.kill()
