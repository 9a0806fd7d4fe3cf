"""Answers graded one after the other in one session, check by check: what each earned, and what it said when asked."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from grader.assignment_folder import Assignment
from grader.load.submission import digest
from grader.model import CheckResult, Outcome, Submission
from grader.pipeline import GradingSession
from grader.sandbox.child.protocol import Value, encode
from grader.sandbox.launcher import Reply
from grader.schema import Report
from grader.suite.runner import RunChecks

Question: TypeAlias = tuple[str, str]  # the function's name, and a digest of what it was called with


@dataclass(frozen=True, slots=True)
class PartResult:
    """What one check came to, and the answers that it heard."""

    share: float
    outcome: Outcome
    message: str
    answers: Mapping[Question, Reply]


Judged: TypeAlias = Mapping[str, PartResult]  # by part: "2.1", or "3.4/numerical" for a point that has parts


def part_name(point: str, part: str | None) -> str:
    return f"{point}/{part}" if part else point


def submission_of(name: str, files: Mapping[str, str]) -> Submission:
    """A submission in memory."""
    contents = {path: text.encode() for path, text in files.items()}
    return Submission(name, contents, digest(contents))


@dataclass(frozen=True, slots=True)
class Judge:
    """Grades submissions with the checks that were collected once."""

    session: GradingSession
    run: RunChecks
    after_timeout: float | None = None  # seconds for a function that has timed out once
    after_check: Callable[[CheckResult], None] = lambda result: None

    def judge(self, submission: Submission, seed: int, selected: Collection[str]) -> Judged:
        """By part, what the submission earned with this seed and what it answered."""
        return self._graded(submission, seed, selected)[1]

    def report(self, submission: Submission, seed: int, selected: Collection[str]) -> Report:
        return self._graded(submission, seed, selected)[0]

    def _graded(self, submission: Submission, seed: int, selected: Collection[str]) -> tuple[Report, Judged]:
        heard: dict[Question, Reply] = {}
        answers: dict[str, Mapping[Question, Reply]] = {}

        def listen(name: str, args: tuple[Value, ...] | None, reply: Reply) -> None:
            arguments = b"" if args is None else encode(list(args))
            heard.setdefault((name, hashlib.sha256(arguments).hexdigest()), reply)

        def keep(result: CheckResult) -> None:
            answers[part_name(result.point, result.part)] = dict(heard)
            heard.clear()
            self.after_check(result)

        with self.session.begin(submission, seed, self.after_timeout) as opened:
            opened.call_log.listener = listen
            results = self.run(opened, frozenset(selected), keep)
        report = self.session.report(opened, results, selected)
        return report, {
            (name := part_name(point.id, part.part)): PartResult(
                part.share, part.outcome, part.message, answers.get(name, {})
            )
            for point in report.points
            for part in point.parts
        }


def impatient(assignment: Assignment, seconds: float) -> Assignment:
    """The same assignment, each call due within `seconds`: an endless loop costs them for each part."""
    rubric = assignment.rubric
    exercises = tuple(
        exercise.model_copy(update={"call_seconds": min(seconds, exercise.call_seconds)})
        for exercise in rubric.exercise
    )
    return Assignment(assignment.folder, rubric.model_copy(update={"exercise": exercises}))
