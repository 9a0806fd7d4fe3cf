"""What the docker sandbox costs beside the others: the start of a worker, a call, a submission.

    python -m benchmarks.containers [--image NAME] [--rounds N]

A worker is timed until its first answer, with numpy and sympy: right after
another one, and after a pause, as between two submissions that take a while. Needs an engine and `grader image`.
"""

import time
from collections.abc import Callable
from contextlib import closing

from benchmarks import measure
from benchmarks.measure import ROOT, Spread
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
REFERENCE = ROOT / "reference"


def main() -> None:
    parser = measure.options(__doc__)
    parser.add_argument("--image", default=WORKER_IMAGE)
    chosen = parser.parse_args()
    rounds, pauses = chosen.rounds or (1 if chosen.short else 20), 1 if chosen.short else PAUSES
    rows = []
    for kind in ("process", "jail", "docker"):
        with closing(open_launcher(SandboxSettings(kind, image=chosen.image))) as launcher:
            rows.append(
                {
                    "sandbox": kind,
                    "first worker": milliseconds(lambda: start(launcher)),
                    "next one": spread(lambda: start(launcher), rounds),
                    "after a pause": Spread.of([rest(lambda: start(launcher)) for _ in range(pauses)]),
                    "call": call(launcher, 10 * rounds),
                    "exercises 2 and 3": submissions(launcher, rounds),
                }
            )
    measure.publish("containers", rows, chosen, "Milliseconds.")


def rest(work: Callable[[], object]) -> float:
    time.sleep(PAUSE_SECONDS)
    return milliseconds(work)


def milliseconds(work: Callable[[], object]) -> float:
    return 1000 * measure.here(work).wall


def spread(work: Callable[[], object], times: int) -> Spread:
    return Spread.of([milliseconds(work) for _ in range(times)])


def opened(launcher: Launcher) -> Sandbox:
    bundle = Bundle({"module.py": CODE}, {}, preload=("numpy", "sympy"))
    return Sandbox(launcher, {"module": bundle})


def ask(sandbox: Sandbox) -> None:
    sandbox.call(Request("module", "module", "act", (1,), SECONDS))


def start(launcher: Launcher) -> None:
    with opened(launcher) as sandbox:
        ask(sandbox)


def call(launcher: Launcher, times: int) -> Spread:
    with opened(launcher) as sandbox:
        ask(sandbox)
        return spread(lambda: ask(sandbox), times)


def submissions(launcher: Launcher, times: int) -> Spread:
    """From bytes to a report, the oracles being there, as in a class."""
    assignment = load_assignment()
    with GradingSession(assignment, RunSettings(seed=1, exercises=("2", "3")), launcher=launcher) as grading:
        submission = grading.load(REFERENCE)
        return spread(lambda: grading.grade(submission), times)


if __name__ == "__main__":
    main()
