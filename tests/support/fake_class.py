"""A class of three, graded at once by an executor that needs no sandbox."""

import csv
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import fields, replace
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from grader.assignment_folder import Assignment
from grader.classroom.class_model import Graded, Job, JobResult, JobSettings
from grader.classroom.grade_class import Request, grade_class
from grader.classroom.results import store
from grader.classroom.results.class_inputs import ClassInputs, InputFile, given_settings
from grader.classroom.results.journal import Journal, State
from grader.classroom.run.progress import Lines
from grader.model import CheckResult, Submission, Verdict
from grader.report.results_json import to_json
from grader.rubric import parse_rubric
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import Report
from grader.score import score
from grader.version import VERSION
from tests.support.classes import laid_out
from tests.test_score import ABOUT

POINTS = ("2.1", "2.2", "2.3", "2.4", "2.5")


class FakeExecutor:
    """Does at once what `answer` says: the report of a job, or what went wrong with it."""

    capacity = 2

    def __init__(self, answer: Callable[[Job], JobResult | BaseException | None]) -> None:
        self.answer = answer
        self.jobs: list[Job] = []
        self.stopped = False

    def submit(self, settings: JobSettings, job: Job) -> "Future[JobResult]":
        self.jobs.append(job)
        future: Future[JobResult] = Future()
        answer = self.answer(job)
        if isinstance(answer, KeyboardInterrupt):
            raise answer
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer or Graded(report_of(assignment_of(settings), settings, job.submission)))
        return future

    def stop(self) -> None:
        self.stopped = True


def assignment_of(settings: JobSettings) -> Assignment:
    """The assignment under the rubric that travels with a job."""
    return Assignment(Path(settings.assignment), parse_rubric(settings.rubric, "the rubric"))


def report_of(
    assignment: Assignment, settings: JobSettings, submission: Submission, verdict: Verdict | None = None
) -> str:
    """results.json as a job would bring it, all passed unless a verdict says otherwise."""
    results = [CheckResult(point, None, verdict or Verdict.passed()) for point in settings.points]
    facts = {
        **ABOUT,
        "submission": {"id": submission.id, "sha256": submission.sha256, "notes": submission.notes},
        "seed": settings.seed,
        "environment": {**ABOUT["environment"], "grader": VERSION, "rubric_sha256": assignment.rubric_sha256},
    }
    return to_json(score(assignment.rubric, results, settings.points, **facts))


class Class:
    """A class of three and everything to grade it with a fake executor."""

    def __init__(self, folder: Path, assignment: Assignment) -> None:
        self.assignment = assignment
        self.place = laid_out(
            folder / "class", {f"{name}/exercise2.py": f"# {name}".encode() for name in ("a", "b", "c")}
        )
        inputs = ClassInputs(seed=7, points=POINTS)
        self.request = Request(self.place, folder / "results", inputs, SandboxSettings("fake"))
        self.said = StringIO()

    def grade(self, answer: Callable[[Job], Any] = lambda job: None, **changes: Any) -> store.ClassIndex:
        """Grades; `changes` are of what is given (files by their paths) or of the request itself."""
        names = {field.name for field in fields(ClassInputs)}
        new_inputs = {name: changes.pop(name) for name in [*changes] if name in names}
        new_inputs = {
            name: InputFile.at(value) if isinstance(value, Path) else value for name, value in new_inputs.items()
        }
        if "settings" in new_inputs:
            new_inputs["settings"] = given_settings(new_inputs["settings"])
        changes["inputs"] = replace(self.request.inputs, **new_inputs)
        self.executor = FakeExecutor(answer)
        watcher = Lines(Console(file=self.said, width=200))
        return grade_class(replace(self.request, **changes), lambda settings, assignment: self.executor, watcher)

    def report(self, name: str) -> Report:
        """The report on one of them, as it lies in RESULTS."""
        return store.read_report(self.request.results / name / store.REPORT)

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a table in RESULTS."""
        text = (self.request.results / name).read_text(encoding="utf-8-sig")
        return list(csv.DictReader(StringIO(text, newline="")))

    @property
    def graded(self) -> list[str]:
        """The ids that the last run gave to its executor."""
        return [job.submission.id for job in self.executor.jobs]

    @property
    def state(self) -> State:
        with Journal(self.request.results) as journal:
            return journal.state
