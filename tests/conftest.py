"""What several test files need: the oracles, started once, and the command as a person would run it."""

import gc
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from grader.assignment_folder import Assignment, load_assignment
from grader.pipeline import GradingSession
from grader.sandbox.choose import open_launcher
from grader.sandbox.launcher import Launcher
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.suite.session import Oracles
from tests.support import lent_zygotes
from tests.support.command import Command, run_grader
from tests.support.costs import Costs

# A busy machine is no fault of a test's, and what one run draws, every run draws, on every machine: chance is nobody's
# fault either. `--hypothesis-profile anew` draws other examples.
settings.register_profile("anew", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("patient", settings.get_profile("anew"), derandomize=True, max_examples=50)
settings.load_profile("patient")

# What Python has compiled is kept and used again, as it is for users, whatever the machine of the tests is set to.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Who starts the tests in the background makes them ignore some signals, and all that they start: some tests send them.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL), ("SIGQUIT", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), handler)


MAX_WORKERS = 12  # beyond which one dear file is still at work when all others have ended


# With a file on one core at a time, the dearest have to come first: else one core works alone at the end.
DEAREST = (
    *("hostile", "galleries", "autograd_example", "container", "desk_browser", "handout", "class"),
    *("trained_galleries", "windows", "training_attacks", "sandboxes", "author_errors", "docs", "training"),
    *("optimizers", "command", "gradients", "gpu_report", "exercise1_proof", "unusual_networks", "gradescope"),
    *("student_selections", "packages", "mutants", "ci_files", "siblings", "jail", "student_states"),
    *("student_slips", "student", "desk", "benchmarks", "wire_fuzz", "compare", "lint", "soak"),
    *("installed_assignments", "layers_example", "neuron", "scripts", "own_assignment", "program_slice"),
    *("tutorial", "honest_students", "symbolic", "fork_server", "training_load", "html_browser", "wheel", "marks"),
    *("words", "load", "diagnoses", "rescore", "distributions", "archives", "notebook", "named_mistakes", "html"),
    "suite",
)

# About zygotes and job processes themselves, or about what they leave behind.
COLD = {
    *("test_sandboxes", "test_jail", "test_siblings", "test_hostile", "test_fork_server", "test_class", "test_spares"),
    *("test_similarity", "test_packages"),  # which look processes up, or at another interpreter
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--costs",
        type=Path,
        metavar="FILE",
        help="write what each test costs (with =: before this file is read, a word of its own is taken for a test)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--costs"):
        config.pluginmanager.register(Costs(config.getoption("--costs")))


_MARKS = re.compile(r"^pytestmark = (?:\[$.*?^\]|.+?$)", re.MULTILINE | re.DOTALL)  # a list may take several lines


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Not even imported: files that are left out as a whole, which import torch and the like."""
    left_out = re.findall(r"not (\w+)", config.getoption("markexpr"))
    if not left_out or collection_path.suffix != ".py":
        return None
    of_all_its_tests = _MARKS.search(collection_path.read_text(encoding="utf-8"))
    marks = re.findall(r"pytest\.mark\.(\w+)", of_all_its_tests[0]) if of_all_its_tests else []
    return True if any(mark in left_out for mark in marks) else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """What each sandbox does alike, `make test` shows in one of them."""
    if item.get_closest_marker("elsewhere") and not item.get_closest_marker("everywhere"):
        item.add_marker(pytest.mark.thorough)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores for us: tests also wait, for deadlines and for browsers."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores + 1, MAX_WORKERS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {f"test_{name}": place for place, name in enumerate(DEAREST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported and collected stays: nobody need look for garbage in it, now or later, here or in what is
    forked."""
    gc.disable()
    result = yield
    gc.collect()
    gc.freeze()
    gc.enable()
    return result


@pytest.fixture(scope="session")
def assignment() -> Assignment:
    return load_assignment()


@pytest.fixture(scope="module", autouse=True)
def _lent(request: pytest.FixtureRequest) -> Iterator[None]:
    """Workers come from siblings of zygotes that are there already, and jobs from the warm process of commands."""
    with pytest.MonkeyPatch.context() as patch:
        few = "not slow" in request.config.getoption("markexpr")  # than a warm process costs
        if request.path.stem not in COLD and not few:
            lent_zygotes.use(patch.setattr)
        yield


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Iterator[None]:
    """Checks that were collected in this process are forgotten: another assignment's may have the same name."""
    yield
    for name in [name for name in sys.modules if name.startswith("check_")]:
        del sys.modules[name]


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for one test of a file that is about what is started cold."""
    lent_zygotes.use(monkeypatch.setattr)


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """What code under test leaves in the environment ends with its test: a harness in this process hides the GPUs."""
    before = _without_pytests_own()
    yield
    for name in _without_pytests_own().keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def _without_pytests_own() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


@pytest.fixture(scope="module")  # and no longer: other modules look for processes that stay behind
def launcher() -> Iterator[Launcher]:
    with closing(open_launcher(SandboxSettings("process"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def oracles(launcher: Launcher, assignment: Assignment) -> Iterator[Oracles]:
    with Oracles(launcher, assignment) as opened:
        yield opened


@pytest.fixture(scope="module")
def grading(launcher: Launcher, assignment: Assignment) -> Iterator[GradingSession]:
    with GradingSession(assignment, launcher=launcher) as opened:
        yield opened


@pytest.fixture(scope="session")
def grader() -> Command:
    """Runs `grader ARGS...` for real, in a process of its own."""

    return run_grader
