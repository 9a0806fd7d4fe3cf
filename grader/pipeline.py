"""The way of a submission through the five stages, in order. Read this first."""

import platform
import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from grader.load.submission import load
from grader.model import CheckResult, Submission
from grader.rubric import Assignment
from grader.sandbox.api import Launcher
from grader.sandbox.choose import open_launcher
from grader.schema import Report
from grader.score import score
from grader.suite.runner import RunChecks, run_checks
from grader.suite.session import Oracles, SubmissionSession
from grader.version import VERSION


def grade(
    path: Path,
    assignment: Assignment,
    *,
    launcher: Launcher | None = None,  # the caller's to close; none: plain processes
    seed: int | None = None,
    selected: Collection[str] | None = None,
    on_result: Callable[[CheckResult], None] = lambda result: None,
) -> Report:
    """Grades the submission at `path`, a folder or a zip.

    `selected` are the points to judge (all, if None). Raises UsageError for what the caller can mend, other
    GraderErrors for what we have to.
    """
    submission = load(path, assignment.expected)
    with ExitStack() as stack:
        launcher = launcher or stack.enter_context(closing(open_launcher("process")))
        oracles = stack.enter_context(Oracles(launcher, assignment))
        return examine(submission, assignment, launcher, oracles, seed=seed, selected=selected, on_result=on_result)


def examine(
    submission: Submission,
    assignment: Assignment,
    launcher: Launcher,
    oracles: Oracles,
    *,
    seed: int | None = None,
    selected: Collection[str] | None = None,
    on_result: Callable[[CheckResult], None] = lambda result: None,
    run: RunChecks = run_checks,
) -> Report:
    """The stages behind loading: sandbox, suite, score. `run` is of checks that were collected before, if they were."""
    seed = secrets.randbelow(1 << 31) if seed is None else seed
    points = frozenset(selected) if selected is not None else frozenset(point.id for point in assignment.rubric.points)
    with SubmissionSession(submission, assignment, launcher, oracles, seed) as submission_session:
        results = run(submission_session, points, on_result)
    return score(assignment.rubric, results, points, **about(submission, assignment, launcher, seed, results))


def about(
    submission: Submission,
    assignment: Assignment,
    launcher: Launcher,
    seed: int,
    results: Sequence[CheckResult] = (),
) -> dict[str, object]:
    """What a report says besides the points: of what, how and where. A check names the device that it used."""
    devices = [result.verdict.evidence["device"] for result in results if "device" in result.verdict.evidence]
    return {
        "submission": {"id": submission.id, "sha256": submission.sha256, "notes": submission.notes},
        "seed": seed,
        "environment": {
            "grader": VERSION,
            "python": platform.python_version(),
            "platform": platform.system(),
            "sandbox": launcher.name,
            "restrictions": launcher.restrictions,
            "device": str(next(iter(devices), "cpu")),
            "data_sha256": assignment.data_sha256,
            "rubric_sha256": assignment.rubric_sha256,
        },
    }
