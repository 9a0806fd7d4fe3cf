"""Grade the hand-ins of a class: skip what is done, retry what failed through us, write each report at once.

Read `ClassRun.run` first. It can be killed at any moment: a report is on the disk before its line in the journal.
"""

import contextlib
import queue
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from grader.assignment_folder import Assignment
from grader.classroom.class_model import Graded, HandIn, Job, JobFailed, JobRejected, JobResult, JobSettings
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.marks.finalize import extension_of, finalize, submitted_at
from grader.classroom.marks.rescore import machine_report
from grader.classroom.results import store
from grader.classroom.results.journal import Conditions, Journal, ReportOrigin
from grader.classroom.run.choice import Choice, check_names, chosen
from grader.classroom.run.executor import Executor
from grader.classroom.run.retry import ATTEMPTS, RetryPolicy
from grader.errors import UsageError
from grader.load.content import is_our_fault
from grader.load.file_names import folder_name
from grader.model import Outcome, Submission
from grader.report.results_json import HALF_WRITTEN
from grader.schema import Report
from grader.version import VERSION


class Watcher(Protocol):
    """Is notified of a run's progress, and may show it."""

    def begin(self, total: int) -> None:
        """So many hand-ins are to be looked at."""

    def started(self, name: str) -> None:
        """This one is being graded."""

    def waits(self, name: str, message: str, seconds: float) -> None:
        """This one failed through us, as the message says, and is tried again in so many seconds."""

    def skipped(self, name: str, report: Report) -> None:
        """This one was done in an earlier run, and nothing of it has changed."""

    def ended(self, name: str, report: Report | None, message: str) -> None:
        """This one is done: its report, or the message of a fault of ours."""

    def notice(self, message: str) -> None:
        """A sentence about the run as a whole."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A hand-in that is being graded, and the job that this takes."""

    hand_in: HandIn
    job: Job


@dataclass
class ClassRun:
    """One run over a class. `results` is locked and the journal open while it is at work."""

    intake: Intake
    settings: JobSettings
    assignment: Assignment
    results: Path
    journal: Journal
    executor: Executor
    watcher: Watcher
    _running: "dict[Future[JobResult], _Task]" = field(default_factory=dict)
    _ended: "queue.SimpleQueue[Future[JobResult]]" = field(default_factory=queue.SimpleQueue)
    _retries: list[tuple[float, _Task]] = field(default_factory=list)
    _retry: RetryPolicy = field(default_factory=RetryPolicy)

    def run(self, choice: Choice) -> None:
        """Grades what is to be graded. Raises KeyboardInterrupt and UsageError, with all that was done kept."""
        check_names(choice, self.intake)
        self._sweep()
        self.watcher.begin(sum(1 for _ in chosen(choice, self.intake, self.journal.state)))
        tasks = self._tasks(choice)
        more = True
        while more or self._retries or self._running:
            more = self._fill(tasks) and more
            self._wait()

    def _fill(self, tasks: Iterator[_Task]) -> bool:
        """Starts the retries that are due, then new tasks while there is room. Returns whether more tasks may come."""
        for due, task in [retry for retry in self._retries if retry[0] <= time.monotonic()]:
            self._retries.remove((due, task))
            self._start(task)
        while len(self._running) + len(self._retries) < self.executor.capacity:
            new = next(tasks, None)
            if new is None:
                return False
            self._start(new)
        return True

    def _start(self, task: _Task) -> None:
        future = self.executor.submit(self.settings, task.job)
        self._running[future] = task
        future.add_done_callback(self._ended.put)

    def _wait(self) -> None:
        """Waits until a job has ended or a retry is due, and takes what has ended."""
        due = min((when for when, _ in self._retries), default=None)
        seconds = None if due is None else max(0.0, due - time.monotonic())
        if self._running or seconds:
            # not concurrent.futures.wait: a Ctrl-C in the middle of it leaves futures locked, and their threads waiting
            with contextlib.suppress(queue.Empty):
                self._take(self._ended.get(timeout=seconds))
                while True:
                    self._take(self._ended.get_nowait())

    def _tasks(self, choice: Choice) -> Iterator[_Task]:
        """The hand-ins to be graded, each read when its turn comes."""
        regrade = choice.force or choice.failed
        for hand_in in chosen(choice, self.intake, self.journal.state):
            submission = self._read(hand_in)
            if submission is None:
                continue
            if not regrade and self._is_done(hand_in, submission):
                continue
            self.watcher.started(hand_in.id)
            yield _Task(hand_in, Job(submission))

    def _read(self, hand_in: HandIn) -> Submission | None:
        """Reads a hand-in; None for a fault of ours. An empty submission is graded, too, and misses all points."""
        try:
            submission = self.intake.read(hand_in)
        except OSError as error:
            self._fault(hand_in.id, f"{hand_in.source}: {error}")
            return None
        unread = next((note for note in submission.notes if is_our_fault(note)), None)
        if unread is not None:
            self._fault(hand_in.id, f"{hand_in.source}: {unread}")
            return None
        notes = submission.notes[len(hand_in.notes) :]
        self.journal.read(hand_in.id, notes, submission.questions)
        return submission

    def _is_done(self, hand_in: HandIn, submission: Submission) -> bool:
        """Whether its report exists and would come out the same. If so, brings its lateness up to date."""
        if self.journal.state.graded.get(hand_in.id) != ReportOrigin(submission.sha256, self._conditions):
            return False
        path = self._folder(hand_in.id) / store.REPORT
        try:
            report = store.read_report(path)
        except UsageError:  # gone, or changed by other hands: graded anew
            return False
        if (submitted_at(report), extension_of(report)) != (hand_in.submitted, hand_in.extension):
            with store.writing_reports(self.results):
                report = store.read_report(path)
                report = self._finalized(machine_report(report, self.assignment), hand_in, report)
                store.write_report(path.parent, report)
        self.watcher.skipped(hand_in.id, report)
        return True

    def _take(self, future: "Future[JobResult]") -> None:
        """One result: kept, listed as a fault of ours, or tried again. Raises UsageError for what was refused."""
        task = self._running.pop(future)
        error = future.exception()
        result = future.result() if error is None else JobFailed(f"{type(error).__name__}: {error}")
        match result:
            case Graded(text):
                report = Report.model_validate_json(text)
                if report.environment.grader != VERSION:
                    message = f"it was graded by version {report.environment.grader}, and this is {VERSION}"
                    self._fault(task.hand_in.id, message)
                elif not report.has_grader_error:
                    self._retry.went_well(task.job.attempt)
                    self._keep(task, report)
                elif not self._retry_later(task, _first_fault(report)):
                    self._keep(task, report)
            case JobFailed(message):
                if not self._retry_later(task, message):
                    self._fault(task.hand_in.id, f"tried {ATTEMPTS} times: {message}")
            case JobRejected(message):
                raise UsageError(message)

    def _retry_later(self, task: _Task, why: str) -> bool:
        """Schedules the job to be tried once more; returns whether it is."""
        seconds = self._retry.pause(task.job.attempt)
        if seconds is None:
            return False
        retried = replace(task, job=replace(task.job, attempt=task.job.attempt + 1))
        self._retries.append((time.monotonic() + seconds, retried))
        self.watcher.waits(task.hand_in.id, why, seconds)
        return True

    def _keep(self, task: _Task, report: Report) -> None:
        """Writes a report, then its line in the journal. Reviews of an earlier report of that id are carried over."""
        hand_in, submission = task.hand_in, task.job.submission
        folder = self._folder(hand_in.id)
        with store.writing_reports(self.results):  # a person may mark the earlier one at this moment
            try:
                before = store.read_report(folder / store.REPORT)
            except UsageError:
                before = None
                self._set_aside(hand_in.id, folder / store.REPORT)
            report = self._finalized(report, hand_in, before)
            store.write_report(folder, report, submission)
        origin = ReportOrigin(submission.sha256, self._conditions)
        self.journal.record_report(hand_in.id, origin, complete=not report.has_grader_error)
        self.watcher.ended(hand_in.id, report, "")

    def _set_aside(self, name: str, path: Path) -> None:
        damaged_path = store.set_aside(path)
        if damaged_path is not None:
            self.watcher.notice(
                f"{name}: its report could not be read and was kept as {damaged_path}. Marks that a person gave in it "
                "are not in the new report; give them again."
            )

    def _finalized(self, report: Report, hand_in: HandIn, before: Report | None) -> Report:
        reviews = before.reviews if before else ()
        return finalize(report, self.assignment.rubric.late, hand_in.submitted, reviews, hand_in.extension)

    def _fault(self, name: str, message: str) -> None:
        self.journal.append("fault", id=name, message=message)
        self.watcher.ended(name, None, message)

    @cached_property
    def _conditions(self) -> Conditions:
        return conditions_of(self.settings, self.assignment)

    def _folder(self, name: str) -> Path:
        return self.results / self.journal.state.folders[name]

    def name_folders(self) -> None:
        """A folder for each id, for good: a hand-in that comes later changes none."""
        self.journal.extend(self._new_folders())

    def _new_folders(self) -> Iterator[dict[str, str]]:
        folders = self.journal.state.folders
        used_names = {name.lower() for name in (*folders.values(), *store.RESERVED_NAMES)}
        for hand_in in self.intake.hand_ins:
            if hand_in.id not in folders:
                folder = folder_name(hand_in.id, used_names)
                used_names.add(folder.lower())
                yield {"event": "folder", "id": hand_in.id, "folder": folder}

    def _sweep(self) -> None:
        """Removes what a killed run had half written. Only under the lock is it certain that nobody is writing it."""
        for pattern in (f".*{HALF_WRITTEN}", f"*/.*{HALF_WRITTEN}"):
            for path in self.results.glob(pattern):
                path.unlink(missing_ok=True)


def conditions_of(settings: JobSettings, assignment: Assignment) -> Conditions:
    """Under what a run grades, as the journal keeps it."""
    return Conditions(
        assignment.rubric_sha256,
        VERSION,
        settings.seed,
        settings.points,
        image=settings.sandbox.image,
        gpus=settings.sandbox.gpus,
        settings={**settings.overrides, **{name: file.sha256 for name, file in settings.files.items()}},
    )


def _first_fault(report: Report) -> str:
    return next(point.message for point in report.points if point.outcome is Outcome.GRADER_ERROR)
