"""A class whose jobs grade nothing: what the class itself takes of each hand-in, in minutes instead of hours.

    python -m benchmarks.ungraded SUBMISSIONS RESULTS SEED          for `benchmarks.scale --ungraded`

All else is as in `grader class`: hand-ins are taken in and read, reports written, tables, pages and a summary made of
them, and hand-ins compared. Each gets the report that a right one would. What is imported is what the command would.
"""

import os
import platform
import sys
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from grader.assignment_folder import Assignment
from grader.classroom.class_model import Graded, Job, JobResult, JobSettings
from grader.classroom.grade_class import Request, grade_class
from grader.classroom.results.class_inputs import ClassInputs
from grader.classroom.results.summary import print_summary
from grader.classroom.run.progress import Lines
from grader.cli.class_grading import hold_little_memory
from grader.model import CheckResult, Verdict
from grader.report.results_json import to_json
from grader.score import score
from grader.version import VERSION


@dataclass
class Ungraded:
    """An executor that answers at once, with full marks."""

    assignment: Assignment
    capacity: int = 3
    _environment: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self._environment = {
            "grader": VERSION,
            "python": platform.python_version(),
            "platform": platform.system(),
            "sandbox": "none",
            "restrictions": (),
            "device": "cpu",
            "files": self.assignment.files_sha256,
            "rubric_sha256": self.assignment.rubric_sha256,
        }

    def submit(self, settings: JobSettings, job: Job) -> "Future[JobResult]":
        results = [
            CheckResult(point.id, part, Verdict.passed())
            for point in self.assignment.rubric.points
            if point.id in settings.points
            for part in point.parts or (None,)
        ]
        submission = {
            "id": job.submission.id,
            "sha256": job.submission.sha256,
            "notes": job.submission.notes,
            "author": None,
        }
        report = score(
            self.assignment.rubric,
            results,
            settings.points,
            submission=submission,
            seed=settings.seed,
            environment=self._environment,
        )
        assert not report.has_grader_error, "a point without a result, which a class of right answers would not have"
        future: Future[JobResult] = Future()
        future.set_result(Graded(to_json(report, indent=None)))
        return future

    def stop(self) -> None:
        """Nothing runs."""


def main() -> None:
    submissions, results, seed = sys.argv[1:]
    hold_little_memory()  # as the command does: what is garbage, and what is given back, shows in its memory
    shown = Console(file=open(os.devnull, "w"))  # noqa: SIM115 - until the process ends
    inputs = ClassInputs(seed=int(seed), points=("1", "2", "3"))
    request = Request(Path(submissions), Path(results), inputs)
    index = grade_class(request, lambda settings, assignment: Ungraded(assignment), Lines(shown))
    print_summary(Path(results), index, shown)


if __name__ == "__main__":
    main()
