"""What several test files need: the oracles, started once, and the command as a person would run it."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grader.examination import Oracles
from grader.rubric import Assignment, load_assignment
from grader.sandbox.base import Launcher
from grader.sandbox.choose import open_launcher

ROOT = Path(__file__).parent.parent
PATIENCE = 300.0  # seconds that a command may take before a test gives up: generous, since machines are slow and shared

# Files whose tests start whole commands, sandboxes or browsers: out of the inner loop, all of them.
WHOLE = frozenset(
    {"benchmarks", "ci_files", "class", "command", "compare", "container", "docs", "doctor", "explain", "exports"}
    | {"galleries", "gradescope", "handout", "hostile", "html", "html_browser", "jail", "load", "optimizers"}
    | {"own_assignment", "rescore", "sandboxes", "similarity", "spares", "student", "training", "turns", "watch"}
    | {"wheel", "wire_fuzz"}
)

# Who starts the tests in the background makes them ignore some signals, and all that they start: some tests send them.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL), ("SIGQUIT", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), handler)

Command = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem.removeprefix("test_") in WHOLE:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def assignment() -> Assignment:
    return load_assignment()


@pytest.fixture(scope="module")  # and no longer: other modules look for processes that stay behind
def launcher() -> Iterator[Launcher]:
    with closing(open_launcher("process")) as opened:
        yield opened


@pytest.fixture(scope="module")
def oracles(launcher: Launcher, assignment: Assignment) -> Iterator[Oracles]:
    with Oracles(launcher, assignment) as opened:
        yield opened


@pytest.fixture(scope="session")
def grader() -> Command:
    """Runs `grader ARGS...` for real, in a process of its own."""

    def run(*args: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "grader", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=PATIENCE, check=False)

    return run
