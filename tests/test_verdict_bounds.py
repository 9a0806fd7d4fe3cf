"""A verdict enters a report bounded, and a worker ends with its exercise."""

import json
from typing import Any

from grader.assignment_folder import Assignment
from grader.model import CheckResult, Outcome, Verdict
from grader.sandbox.launcher import Bundle, Connection, Launcher
from grader.suite.runner import run_checks
from grader.suite.session import Oracles, SubmissionSession
from grader.suite.verdict_bounds import MAX_EVIDENCE, MAX_MESSAGE, MAX_NOTES, bounded
from tests.support.command import ROOT
from tests.test_suite import submission


def test_what_fits_is_left_as_it_is() -> None:
    verdict = Verdict(Outcome.PARTIAL, 0.5, "half", "diagnosis", ("note",), {"input": {"X": [1, 2]}, "lost": [3]})
    assert bounded(verdict) == verdict


def test_texts_are_cut_and_notes_counted() -> None:
    verdict = bounded(Verdict(Outcome.FAILED, 0.0, "x" * 50_000_000, notes=("y" * 10_000,) * 100))
    assert verdict.message == "x" * MAX_MESSAGE + " …"
    assert verdict.notes == ("y" * MAX_MESSAGE + " …",) * MAX_NOTES


def test_evidence_that_no_report_could_hold_is_left_out_and_named() -> None:
    evidence: dict[str, Any] = {"table": list(range(MAX_EVIDENCE)), "X": [1.0], "more": "z" * (MAX_EVIDENCE - 1_000)}
    verdict = bounded(Verdict.failed("wrong", None, **evidence))
    assert list(verdict.evidence) == ["X", "more"]
    assert len(json.dumps(dict(verdict.evidence))) < MAX_EVIDENCE + 100
    assert verdict.notes == ("Left out of the report, since it is too large: table.",)


class Counting:
    """A launcher that says how many of its workers run."""

    def __init__(self, inner: Launcher) -> None:
        self.name, self.restrictions, self._inner = inner.name, inner.restrictions, inner
        self.running: set[tuple[str, ...]] = set()

    def launch(self, bundle: Bundle) -> Connection:
        connection = self._inner.launch(bundle)
        self.running.add(bundle.preload)
        end = connection.end

        def ended() -> str:
            self.running.discard(bundle.preload)
            return end()

        connection.end = ended  # type: ignore[method-assign]
        return connection

    def close(self) -> None:
        self._inner.close()


def test_a_worker_ends_with_its_exercise(assignment: Assignment, launcher: Launcher) -> None:
    """So that what a submission holds at a time is one worker's memory, and not the sum over its exercises."""
    counting = Counting(launcher)
    who = submission("right", *(ROOT / "reference").glob("*.py"))
    running: dict[str, set[tuple[str, ...]]] = {}

    def on_result(result: CheckResult) -> None:
        running[result.point] = set(counting.running)

    points = frozenset({"1.1", "1.2", "2.1", "2.2"})
    with (
        Oracles(launcher, assignment) as oracles,
        SubmissionSession(who, assignment, counting, oracles, 1) as session,
    ):
        run_checks(session, points, on_result)
        assert counting.running == set()
    assert running["1.2"] >= {("sympy",)}
    assert running["2.2"] == {("numpy",)}
