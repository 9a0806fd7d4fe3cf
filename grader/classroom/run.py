"""A class from hand-ins to reports: skips what is done, retries what failed through us, writes each report at once.

Read `ClassRun.run` first. It can be killed at any moment: a report is on the disk before its line in the journal.
"""

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from grader.classroom import store
from grader.classroom.executor import Executor
from grader.classroom.intake import Intake
from grader.classroom.journal import Conditions, Done, Journal
from grader.classroom.model import Faulty, Graded, HandIn, Job, JobResult, Refused, Terms
from grader.classroom.naming import folder_name
from grader.classroom.patience import ATTEMPTS, Patience
from grader.classroom.rescore import judged
from grader.classroom.settle import settle, submitted_at
from grader.errors import SubmissionError, UsageError
from grader.load import assemble, digest
from grader.model import Outcome, Submission
from grader.report.schema import Report
from grader.rubric import Assignment
from grader.version import VERSION

_UNREADABLE = "could not be read ("  # how `load` says that the disk, not the student, is at fault


class Watcher(Protocol):
    """Is told how a class gets on; shows it or not."""

    def begin(self, total: int) -> None:
        """So many hand-ins are to be looked at."""

    def started(self, name: str) -> None:
        """This one is being graded."""

    def waits(self, name: str, message: str, seconds: float) -> None:
        """This one failed through us, as the message says, and is tried again in so many seconds."""

    def ended(self, name: str, report: Report | None, message: str) -> None:
        """This one is done: its report, or the message of a fault of ours."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which hand-ins a run is about: all that are not done; with `force` the done ones too."""

    force: bool = False
    failed: bool = False
    only: frozenset[str] = frozenset()


@dataclass
class ClassRun:
    """One run over a class. `results` is locked and the journal open while it is at work."""

    intake: Intake
    terms: Terms
    assignment: Assignment
    results: Path
    journal: Journal
    executor: Executor
    watcher: Watcher
    _running: "dict[Future[JobResult], Job]" = field(default_factory=dict)
    _again: list[tuple[float, Job]] = field(default_factory=list)
    _patience: Patience = field(default_factory=Patience)
    _by_id: dict[str, HandIn] = field(default_factory=dict)

    def run(self, choice: Choice) -> None:
        """Grades what is to be graded. Raises KeyboardInterrupt and UsageError, with all that was done kept."""
        self._by_id = {hand_in.id: hand_in for hand_in in self.intake.hand_ins}
        self._sweep()
        self._name_folders()
        todo = self._chosen(choice)
        self.watcher.begin(len(todo))
        jobs = self._jobs(todo, choice)
        more = True
        while more or self._again or self._running:
            more = self._fill(jobs) and more
            self._wait()

    def _fill(self, jobs: Iterator[Job]) -> bool:
        """Starts what is to be tried again now, then new ones while there is room. Whether more of these may come."""
        for due, job in [one for one in self._again if one[0] <= time.monotonic()]:
            self._again.remove((due, job))
            self._start(job)
        while len(self._running) + len(self._again) < self.executor.capacity:
            new = next(jobs, None)
            if new is None:
                return False
            self._start(new)
        return True

    def _start(self, job: Job) -> None:
        self._running[self.executor.submit(self.terms, job)] = job

    def _wait(self) -> None:
        """Until a job has come to its end, or one is to be tried again."""
        due = min((when for when, _ in self._again), default=None)
        seconds = None if due is None else max(0.0, due - time.monotonic())
        if self._running:
            done, _ = wait(self._running, seconds, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(future)
        elif seconds:
            time.sleep(seconds)

    def _chosen(self, choice: Choice) -> list[HandIn]:
        unknown = sorted(choice.only - self._by_id.keys())
        if unknown:
            raise UsageError(f"nobody in this class is called {unknown[0]}; grades.csv and class.json list the ids.")
        state = self.journal.state
        troubled = {*state.faults, *state.incomplete}
        return [
            hand_in
            for name, hand_in in self._by_id.items()
            if (not choice.only or name in choice.only) and (not choice.failed or name in troubled)
        ]

    def _jobs(self, todo: list[HandIn], choice: Choice) -> Iterator[Job]:
        """The jobs that have to be done, each read when its turn comes."""
        anew = choice.force or choice.failed
        for hand_in in todo:
            submission = self._read(hand_in)
            if submission is None:
                continue
            if not anew and self._is_done(hand_in, submission):
                continue
            self.watcher.started(hand_in.id)
            yield Job(submission)

    def _read(self, hand_in: HandIn) -> Submission | None:
        """The submission. An empty one is graded as such: all points missing, and listed. None for a fault of ours."""
        modules = [exercise.module for exercise in self.assignment.rubric.exercise]
        try:
            submission = assemble(hand_in.id, self.intake.read(hand_in), modules, what=hand_in.source)
        except SubmissionError as error:
            submission = Submission(hand_in.id, {}, digest({}), (str(error),))
        except OSError as error:
            self._fault(hand_in.id, f"{hand_in.source}: {error}")
            return None
        unread = next((note for note in submission.notes if _UNREADABLE in note), None)
        if unread is not None:
            self._fault(hand_in.id, f"{hand_in.source}: {unread}")
            return None
        return replace(submission, id=hand_in.id, notes=(*hand_in.notes, *submission.notes))

    def _is_done(self, hand_in: HandIn, submission: Submission) -> bool:
        """Whether its report is there and would be the same again. Its lateness is brought up to date."""
        if self.journal.state.done.get(hand_in.id) != Done(submission.sha256, self._conditions):
            return False
        path = self._folder(hand_in.id) / store.REPORT
        try:
            report = store.read_report(path)
        except UsageError:  # gone, or changed by other hands: graded anew
            return False
        if submitted_at(report) != hand_in.submitted:
            store.write_report(path.parent, self._settled(judged(report, self.assignment), hand_in, report))
        self.watcher.ended(hand_in.id, report, "done before")
        return True

    def _take(self, future: "Future[JobResult]") -> None:
        """One result: kept, listed as a fault of ours, or tried again. Raises UsageError for what was refused."""
        job = self._running.pop(future)
        error = future.exception()
        result = future.result() if error is None else Faulty(f"{type(error).__name__}: {error}")
        match result:
            case Graded(text):
                report = Report.model_validate_json(text)
                if report.environment.grader != VERSION:
                    said = f"it was graded by version {report.environment.grader}, and this is {VERSION}"
                    self._fault(job.submission.id, said)
                elif not report.has_grader_error:
                    self._patience.went_well(job.attempt)
                    self._keep(job.submission, report)
                elif not self._later(job, _first_fault(report)):
                    self._keep(job.submission, report)
            case Faulty(message):
                if not self._later(job, message):
                    self._fault(job.submission.id, f"tried {ATTEMPTS} times: {message}")
            case Refused(message):
                raise UsageError(message)

    def _later(self, job: Job, why: str) -> bool:
        """Whether the job is tried once more."""
        seconds = self._patience.pause(job.attempt)
        if seconds is None:
            return False
        self._again.append((time.monotonic() + seconds, replace(job, attempt=job.attempt + 1)))
        self.watcher.waits(job.submission.id, why, seconds)
        return True

    def _keep(self, submission: Submission, report: Report) -> None:
        """Writes a report, then that it was written. Reviews of an earlier report of the same id are carried over."""
        folder = self._folder(submission.id)
        try:
            before = store.read_report(folder / store.REPORT)
        except UsageError:
            before = None
        report = self._settled(report, self._by_id[submission.id], before)
        store.write_report(folder, report, submission)
        done = Done(submission.sha256, self._conditions)
        self.journal.done(submission.id, done, complete=not report.has_grader_error)
        self.watcher.ended(submission.id, report, "")

    def _settled(self, report: Report, hand_in: HandIn, before: Report | None) -> Report:
        reviews = before.reviews if before else ()
        return settle(report, self.assignment.rubric.late, hand_in.submitted, reviews)

    def _fault(self, name: str, message: str) -> None:
        self.journal.append("fault", id=name, message=message)
        self.watcher.ended(name, None, message)

    @cached_property
    def _conditions(self) -> Conditions:
        terms = self.terms
        return Conditions(
            self.assignment.rubric_sha256,
            VERSION,
            terms.seed,
            terms.points,
            image=terms.image,
            gpus=terms.gpus,
            device=terms.device,
            data=terms.data.sha256 if terms.data else None,
        )

    def _folder(self, name: str) -> Path:
        return self.results / self.journal.state.folders[name]

    def _name_folders(self) -> None:
        """A folder for each id, for good: a hand-in that comes later changes none."""
        self.journal.extend(self._new_folders())

    def _new_folders(self) -> Iterator[dict[str, str]]:
        known = self.journal.state.folders
        taken = {name.lower() for name in (*known.values(), *store.OWN)}
        for name in self._by_id:
            if name not in known:
                folder = folder_name(name, taken)
                taken.add(folder.lower())
                yield {"event": "folder", "id": name, "folder": folder}

    def _sweep(self) -> None:
        """Takes away what a run that was killed had half written; only now, under the lock, is it nobody's."""
        for pattern in (".*.json.*", "*/.*.json.*", "*/.submission.zip.*", ".*.csv.*", ".*.xml.*"):
            for torn in self.results.glob(pattern):
                torn.unlink(missing_ok=True)


def _first_fault(report: Report) -> str:
    return next(point.message for point in report.points if point.outcome is Outcome.GRADER_ERROR)
