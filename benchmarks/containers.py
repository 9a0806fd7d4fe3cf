"""What the docker sandbox costs beside the others: the start of a worker, a call, a submission.

    python -m benchmarks.containers [--image NAME] [--times N]

Prints a table of medians, in milliseconds. A worker is timed until its first answer, with numpy and sympy: right after
another one, and after a pause, as between two submissions that take a while. Needs an engine and `grader image`.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.assignment_folder import load_assignment
from grader.pipeline import GradingSession
from grader.sandbox.choose import open_launcher
from grader.sandbox.docker.image import WORKER_IMAGE
from grader.sandbox.launcher import Bundle, Launcher, Request
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.sandbox.supervisor import Sandbox
from grader.settings import RunSettings

CODE = b"def act(x):\n    return x\n"
SECONDS = 60.0
PAUSE_SECONDS, PAUSES = 4.0, 5
REFERENCE = Path(__file__).parent.parent / "reference"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", default=WORKER_IMAGE)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    table = Table(
        "sandbox", "first worker", "next one", "after a pause", "call", "exercises 2 and 3", title="milliseconds"
    )
    for kind in ("process", "jail", "docker"):
        with closing(open_launcher(SandboxSettings(kind, image=options.image))) as launcher:
            first = timed(lambda: start(launcher))
            starts = [timed(lambda: start(launcher)) for _ in range(options.times)]
            rested = [rest(lambda: start(launcher)) for _ in range(PAUSES)]
            graded = submissions(launcher, options.times)
            row = (
                first,
                statistics.median(starts),
                statistics.median(rested),
                call(launcher, 10 * options.times),
                graded,
            )
            table.add_row(kind, *(f"{1000 * seconds:.1f}" for seconds in row))
    Console().print(table)


def rest(work: Callable[[], object]) -> float:
    time.sleep(PAUSE_SECONDS)
    return timed(work)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def opened(launcher: Launcher) -> Sandbox:
    bundle = Bundle({"module.py": CODE}, {}, preload=("numpy", "sympy"))
    return Sandbox(launcher, {"module": bundle})


def ask(sandbox: Sandbox) -> None:
    sandbox.call(Request("module", "module", "act", (1,), SECONDS))


def start(launcher: Launcher) -> None:
    with opened(launcher) as sandbox:
        ask(sandbox)


def call(launcher: Launcher, times: int) -> float:
    with opened(launcher) as sandbox:
        ask(sandbox)
        return statistics.median(timed(lambda: ask(sandbox)) for _ in range(times))


def submissions(launcher: Launcher, times: int) -> float:
    """From bytes to a report, the oracles being there, as in a class."""
    assignment = load_assignment()
    with GradingSession(assignment, RunSettings(seed=1, exercises=("2", "3")), launcher=launcher) as grading:
        submission = grading.load(REFERENCE)
        work = [timed(lambda: grading.grade(submission)) for _ in range(times)]
    return statistics.median(work)


if __name__ == "__main__":
    main()
