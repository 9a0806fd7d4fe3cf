"""Judges what changed each time a student saves, with workers that are warm: the same checks and seed as `pytest`."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Self

from watchfiles import watch

from grader.assignment_folder import Assignment
from grader.errors import UsageError
from grader.model import CheckResult
from grader.pipeline import GradingSession
from grader.report.student_summary import PRACTICE_SEED
from grader.rubric import PERSON, Rubric
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import PointScore, Report
from grader.settings import RunSettings
from grader.student.older_pythons import with_notes
from grader.suite.missing_packages import lacking, remedy, runnable
from grader.suite.runner import run_checks
from grader.suite.session import SubmissionSession

_DEBOUNCE_MS = 40  # an editor's save is several events within a few milliseconds
_STEP_MS = 10  # between two looks at whether the events have stopped
_LOOK_MS = 1_000  # between two looks at the files themselves; reading them takes a millisecond

Results = dict[tuple[str, str | None], CheckResult]


@dataclass(frozen=True, slots=True)
class Round:
    """One round: which files changed, which points were judged, what stood before and what stands now."""

    changed: frozenset[str]
    points: frozenset[str]
    before: Mapping[str, float]
    report: Report
    seconds: float

    @property
    def moved(self) -> Iterator[tuple[str, float, float]]:
        """(point, score before, score now) of what moved."""
        for point in self.report.points:
            if self.before.get(point.id, point.score) != point.score:
                yield point.id, self.before[point.id], point.score


@dataclass
class Watch:
    """One folder's state: its files as last seen, and the latest result of every check. A context: it holds workers."""

    folder: Path
    assignment: Assignment
    settings: RunSettings = RunSettings()
    announce: Callable[[Collection[str], Collection[str]], None] = lambda changed, points: None  # before it is judged
    on_point: Callable[[PointScore], None] = lambda point: None  # as soon as a point's last check has run
    files: dict[str, bytes] = field(default_factory=dict)
    results: Results = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        settings = replace(self.settings, sandbox=SandboxSettings("process"), seed=PRACTICE_SEED)
        self._grading = self.stack.enter_context(GradingSession(self.assignment, settings))
        return self

    def __exit__(self, *ended: object) -> None:
        self.stack.close()

    @property
    def unmet(self) -> str:
        """Which exercises cannot be judged here, and how to install what they need; empty if all can."""
        rubric = self.assignment.rubric
        lacks = lacking(rubric.exercises_run(self._grading.selected))
        return remedy(lacks, rubric.install) if lacks else ""

    def judge(self) -> Round | None:
        """Judge what differs from the last time; None if nothing does. Raises UsageError if nothing can be read."""
        started = time.perf_counter()
        rubric = self.assignment.rubric
        submission = with_notes(self._grading.load(self.folder))
        changed = differing(self.files, submission.files)
        points = runnable(rubric, affected(rubric, changed) & self._grading.selected)
        self.files = dict(submission.files)
        if not points:
            return None
        self.announce(changed, points)
        with self._grading.begin(submission) as session:
            before = {point.id: point.score for point in self._report(session).points}
            results = run_checks(session, points, self._teller(session))
        self.results |= {(result.point, result.part): result for result in results}
        return Round(changed, points, before, self._report(session), time.perf_counter() - started)

    def rounds(self) -> Iterator[Round | UsageError]:
        """The state now, and a round for each save that matters, until Ctrl-C. An error in reading is yielded once.

        Raises UsageError if there is no such folder.
        """
        if not self.folder.is_dir():
            raise UsageError(f"{self.folder}: there is no such folder.")
        last_error = ""
        for _ in chain([None], _saves(self.folder)):
            try:
                judged = self.judge()
            except UsageError as error:
                if str(error) != last_error:  # looked at every second
                    yield error
                last_error = str(error)
            else:
                last_error = ""
                if judged is not None:
                    yield judged

    def _teller(self, session: SubmissionSession) -> Callable[[CheckResult], None]:
        """Takes the results of a round as they come, and tells each point once all of its parts are there."""
        so_far: dict[str, list[CheckResult]] = {}

        def take(result: CheckResult) -> None:
            of_point = so_far.setdefault(result.point, [])
            of_point.append(result)
            if len(of_point) == len(self.assignment.rubric.point(result.point).parts or (None,)):
                self.on_point(self._grading.report(session, of_point, {result.point}).points[0])

        return take

    def _report(self, session: SubmissionSession) -> Report:
        return self._grading.report(session, list(self.results.values()), {point for point, _ in self.results})


def _saves(folder: Path) -> Iterator[object]:
    """Something at each save, and now and then: where the system tells of none, and for one between two rounds."""
    return watch(
        folder,
        recursive=False,  # an environment below has thousands of folders
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
    )


def differing(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> frozenset[str]:
    """Files that are new, gone or have other contents."""
    return frozenset(name for name in {*before, *after} if before.get(name) != after.get(name))


def affected(rubric: Rubric, changed: Collection[str]) -> frozenset[str]:
    """The points that these files can have moved: an exercise's own; all, for a module that exercises may import."""
    modules = {exercise.file for exercise in rubric.exercise}
    shared = any(name.endswith(".py") and name not in modules for name in changed)
    prose = any(not name.endswith(".py") for name in changed)
    return frozenset(
        point.id
        for exercise in rubric.exercise
        for point in exercise.point
        if shared or exercise.file in changed or (prose and point.kind == PERSON)
    )
