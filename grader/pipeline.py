"""The way of a submission through the stages, in order: load, sandbox, suite, score. Read this first.

Whoever grades (`grade`, a class's job process, a student's pytest, `watch`, `reproduce`, Gradescope) opens a
`GradingSession` with the settings that were asked for, and gives it one submission after the other.
"""

import platform
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Self

from grader.assignment_folder import Assignment
from grader.load.author import author_of
from grader.load.submission import load
from grader.model import CheckResult, Submission, Verdict
from grader.sandbox.choose import open_launcher
from grader.sandbox.launcher import Launcher
from grader.schema import Report
from grader.score import score
from grader.settings import RunSettings
from grader.suite.missing_packages import require
from grader.suite.runner import RunChecks, run_checks
from grader.suite.session import Oracles, SubmissionSession
from grader.version import VERSION


class GradingSession:
    """A launcher and an assignment's bounded oracles, open for any number of submissions. A context.

    Raises SandboxError where this machine cannot give the sandbox that was asked for, UsageError for points that do not
    exist.
    """

    def __init__(
        self,
        assignment: Assignment,
        settings: RunSettings = RunSettings(),
        *,
        launcher: Launcher | None = None,  # the caller's to close; none: what the settings ask for
    ) -> None:
        self.assignment = assignment.with_settings(**settings.overrides)
        self.selected = frozenset(settings.selected(assignment.rubric))
        self._seed = settings.seed
        self._stack = ExitStack()
        self.launcher = launcher or self._stack.enter_context(closing(open_launcher(settings.sandbox)))
        self.oracles = self._stack.enter_context(Oracles(self.launcher, self.assignment))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._stack.close()

    def load(self, path: Path) -> Submission:
        """The submission at `path`, a folder or an archive. Raises SubmissionError."""
        return load(path, self.assignment.expected)

    def grade(
        self,
        submission: Submission,
        *,
        seed: int | None = None,
        selected: Collection[str] | None = None,
        on_result: Callable[[CheckResult], None] = lambda result: None,
        run: RunChecks = run_checks,
    ) -> Report:
        """The report on one submission, with a seed and points of its own where they are given.

        `run` is of checks that were collected before, if they were.

        Raises UsageError for what the caller can fix, other GraderErrors for faults of ours.
        """
        points = self.selected if selected is None else frozenset(selected)
        with self.begin(submission, seed) as session:
            results = run(session, points, on_result)
        return self.report(session, results, points)

    def begin(
        self, submission: Submission, seed: int | None = None, after_timeout: float | None = None
    ) -> SubmissionSession:
        """Open the sandbox for one submission, a context.

        `after_timeout` are the seconds for a function that has timed out once; where None, as many as before.
        """
        seed = self._seed if seed is None else seed
        seed = secrets.randbelow(1 << 31) if seed is None else seed
        return SubmissionSession(submission, self.assignment, self.launcher, self.oracles, seed, after_timeout)

    def report(
        self,
        session: SubmissionSession,
        results: Sequence[CheckResult],
        selected: Collection[str],
        *,
        unjudged: str | None = None,
    ) -> Report:
        """What the results of one submission come to.

        A selected point without a result is a `grader_error`; with `unjudged`, a sentence, it is `missing` and says so.
        """
        rubric = self.assignment.rubric
        if unjudged is not None:
            judged = {(result.point, result.part) for result in results}
            results = [
                *results,
                *(
                    CheckResult(point.id, part, Verdict.missing(unjudged))
                    for point in rubric.points
                    for part in (point.parts or (None,))
                    if point.id in selected and (point.id, part) not in judged
                ),
            ]
        return score(rubric, results, selected, **self._about(session, results))

    def _about(self, session: SubmissionSession, results: Sequence[CheckResult]) -> dict[str, object]:
        """What a report says besides the points: of what, how and where. A check names the device that it used."""
        submission = session.submission
        devices = [device for result in results if (device := _device(result.verdict))]
        return {
            "submission": {
                "id": submission.id,
                "sha256": submission.sha256,
                "notes": submission.notes,
                "author": author_of(submission.files),
            },
            "seed": session.seed,
            "environment": {
                "grader": VERSION,
                "python": platform.python_version(),
                "platform": platform.system(),
                "sandbox": self.launcher.name,
                "restrictions": self.launcher.restrictions,
                "device": str(next(iter(devices), "cpu")),
                "files": self.assignment.files_sha256,
                "rubric_sha256": self.assignment.rubric_sha256,
            },
        }


def _device(verdict: Verdict) -> str | None:
    """The device that a check measured on, where it says so."""
    measurement = verdict.evidence.get("measurement")
    return str(measurement["device"]) if isinstance(measurement, Mapping) and "device" in measurement else None


def grade(
    path: Path,
    assignment: Assignment,
    settings: RunSettings = RunSettings(),
    *,
    on_result: Callable[[CheckResult], None] = lambda result: None,
) -> Report:
    """Grade the one submission at `path`, a folder or an archive. Raises what `GradingSession` and its methods do."""
    with GradingSession(assignment, settings) as session:
        if session.launcher.name != "docker":  # whose image has packages of its own
            require(assignment.rubric, session.selected)
        return session.grade(session.load(path), on_result=on_result)
