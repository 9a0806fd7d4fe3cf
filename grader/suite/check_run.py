"""The checks of one submission: which of them run, and what each came to, whatever it did."""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from grader.errors import GraderError, UsageError
from grader.model import CallFailure, CheckResult, Frame, Incident, Outcome, Verdict
from grader.rubric import PERSON
from grader.suite import verdict_bounds
from grader.suite.author_errors import located, place_of
from grader.suite.check_time import CheckTimeError, bounded_time
from grader.suite.session import OracleStoppedError, SubmissionSession

MAX_OUTPUT = 4_000  # characters of a student's prints kept for one point: a report is to be read

PART = "part"  # the argument of a check that is run for each of several parts

# What whoever runs the grader should hear of, beside what the student is told.
_INCIDENTS = {Outcome.TIMEOUT, Outcome.CRASHED, Outcome.FORBIDDEN}

# What a check of an author's may raise: exit(), and pytest.skip and its like, are no Exception.
_OF_A_CHECK = (
    Exception,
    SystemExit,
    CheckTimeError,
    pytest.skip.Exception,
    pytest.fail.Exception,
    pytest.exit.Exception,
)


@dataclass
class CheckRun:
    """The checks of one submission: which points, and their results. Nothing of it is shared with the next."""

    submission_session: SubmissionSession
    selected: frozenset[str]
    on_result: Callable[[CheckResult], None] = lambda result: None
    results: dict[str, CheckResult] = field(default_factory=dict)  # by the check's id
    usage_error: UsageError | None = None

    def chosen(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The checks of the selected points."""
        return [item for item in items if point_of(item)[0] in self.selected]

    def start(self, items: Sequence[pytest.Item]) -> None:
        """The workers that these checks will ask, on the way."""
        rubric = self.submission_session.assignment.rubric
        self.submission_session.start(rubric.exercises_run({point_of(item)[0] for item in items}))

    def judge(self, item: pytest.Item, check: Callable[[], Verdict]) -> CheckResult:
        """Keep and tell what this check came to."""
        result = self._judged(item, check)
        self.results[item.nodeid] = result
        self.on_result(result)
        return result

    def finish(self) -> tuple[CheckResult, ...]:
        """The results in the order in which the checks ran, once all have.

        A forbidden import makes the whole file worth nothing, also where a check had ended before it was tried. Raises
        UsageError if a check was asked for what is not available.
        """
        if self.usage_error is not None:
            raise self.usage_error
        return tuple(self._in_the_end(result) for result in self.results.values())

    def _in_the_end(self, result: CheckResult) -> CheckResult:
        rubric = self.submission_session.assignment.rubric
        if rubric.point(result.point).kind == PERSON:
            return result  # about what a person reads, which is another file
        finding = self.submission_session.forbidden(rubric.exercise_of(result.point))
        if finding is None or result.verdict.outcome in (Outcome.FORBIDDEN, Outcome.GRADER_ERROR):
            return result
        return replace(result, verdict=Verdict(finding.outcome, 0.0, finding.message))

    def _judged(self, item: pytest.Item, check: Callable[[], Verdict]) -> CheckResult:
        """The check's verdict, or what its exception amounts to. Whatever is not a student's is a `grader_error`."""
        started = time.perf_counter()
        point, part = point_of(item)
        session = self.submission_session
        folder = session.assignment.folder
        where_it_stands = place_of(item, folder)
        frames: tuple[Frame, ...] = ()
        incidents: tuple[Incident, ...] = ()
        try:
            with bounded_time():
                verdict = check()
            problem = verdict_bounds.malformed(verdict)
            if problem is not None:
                verdict = Verdict.grader_error(f"{where_it_stands}: {item.name}: {problem}")
        except CallFailure as fault:
            verdict, frames = fault.verdict, fault.frames
            if verdict.outcome in _INCIDENTS:
                incidents = (Incident(point, fault.kind, verdict.message),)
        except OracleStoppedError as error:
            verdict = Verdict.review(
                f"This could not be decided by the machine, so a person will look at it ({str(error).rstrip('.')})."
            )
        except GraderError as error:
            if isinstance(error, UsageError):  # the person asked for what is not available: `finish` raises it again
                self.usage_error = error
            verdict = Verdict.grader_error(f"{where_it_stands}: {error}")
        except _OF_A_CHECK as error:  # one broken check must not cost the other points
            verdict = Verdict.grader_error(located(error, folder) or where_it_stands, traceback=traceback.format_exc())
            if isinstance(error, CheckTimeError):  # it may have been stopped within a question: nobody hears its answer
                session.finish(session.assignment.rubric.exercise_of(point))
        incidents += tuple(Incident(point, "output", sentence) for sentence in dict.fromkeys(session.call_log.floods))
        return CheckResult(
            point,
            part,
            verdict_bounds.bounded(verdict.noting(*session.call_log.notes)),
            incidents,
            frames,
            "".join(session.call_log.output)[:MAX_OUTPUT],
            time.perf_counter() - started,
        )


def point_of(item: pytest.Item) -> tuple[str, str | None]:
    """The point of the rubric that a check decides, and which part of it."""
    mark = item.get_closest_marker("points")
    if mark is None:
        raise pytest.UsageError(f"{item.nodeid}: a check without a points mark")
    point, part = mark.args
    callspec = getattr(item, "callspec", None)
    return point, callspec.params.get(PART, part) if callspec is not None else part
