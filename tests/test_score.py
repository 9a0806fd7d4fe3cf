"""Scoring is pure arithmetic over the rubric; here are its corners."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import BUILT_IN
from grader.model import CheckResult, Outcome, Verdict
from grader.rubric import load_rubric
from grader.schema import Report
from grader.score import score

RUBRIC = load_rubric(BUILT_IN / "rubric.toml")
EVERY = [(point.id, part) for point in RUBRIC.points for part in (point.parts or {None: 1.0})]
ABOUT: dict[str, Any] = {
    "submission": {"id": "a", "sha256": "0" * 64},
    "seed": 1,
    "environment": {
        "grader": "0", "python": "3", "platform": "any", "sandbox": "fake", "device": "cpu", "rubric_sha256": "0" * 64,
    },
}  # fmt: skip


def report_of(verdicts: dict[tuple[str, str | None], Verdict]) -> Report:
    results = [CheckResult(point, part, verdict) for (point, part), verdict in verdicts.items()]
    return score(RUBRIC, results, [point.id for point in RUBRIC.points], **ABOUT)


def test_all_passed_is_full_marks() -> None:
    report = report_of({key: Verdict.passed() for key in EVERY})
    assert (report.score, report.max_score, report.pending) == (22.0, 22.0, 0.0)
    assert {point.outcome for point in report.points} == {Outcome.PASSED}


def test_a_persons_point_is_pending() -> None:
    verdicts = {key: Verdict.passed() for key in EVERY} | {("4.9", None): Verdict.review("read me")}
    report = report_of(verdicts)
    assert (report.score, report.pending, report.point("4.9").outcome) == (21.0, 1.0, Outcome.REVIEW)


def test_a_check_without_a_result_is_our_fault_and_never_marks() -> None:
    verdicts = {key: Verdict.passed() for key in EVERY if key[0] != "2.2"}
    report = report_of(verdicts)
    assert report.has_grader_error
    assert (report.score, report.max_score) == (20.0, 22.0)
    assert report.point("2.2").outcome is Outcome.GRADER_ERROR


def test_a_part_without_a_result_is_our_fault() -> None:
    report = report_of({key: Verdict.passed() for key in EVERY if key != ("3.5", "padding")})
    assert report.point("3.5").outcome is Outcome.GRADER_ERROR


def test_a_check_that_ran_twice_is_our_fault() -> None:
    results = [CheckResult("2.1", None, Verdict.passed())] * 2
    assert score(RUBRIC, results, ["2.1"], **ABOUT).point("2.1").outcome is Outcome.GRADER_ERROR


def test_half_a_point_is_partial() -> None:
    verdicts = {key: Verdict.passed() for key in EVERY} | {("3.4", "symbolic"): Verdict.failed("no")}
    point = report_of(verdicts).point("3.4")
    assert (point.score, point.outcome, point.message) == (0.5, Outcome.PARTIAL, "no")


def test_what_two_lost_parts_show_is_not_mixed() -> None:
    lost = {
        ("3.5", "interior"): Verdict.failed("a", given="A", expected=1),
        ("3.5", "padding"): Verdict.failed("b", given="B"),
    }
    report = report_of({key: Verdict.passed() for key in EVERY} | lost)
    assert report.point("3.5").evidence == {"given": "A", "expected": 1}


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (Verdict.failed("a"), Verdict.missing("b"), Outcome.FAILED),
        (Verdict(Outcome.CRASHED, 0, "a"), Verdict.failed("b"), Outcome.CRASHED),
        (Verdict(Outcome.TIMEOUT, 0, "a"), Verdict.passed(), Outcome.PARTIAL),
        (Verdict.missing("a"), Verdict.missing("a"), Outcome.MISSING),
        (Verdict(Outcome.GRADER_ERROR, 0, "a"), Verdict.passed(), Outcome.GRADER_ERROR),
    ],
)
def test_parts_that_ended_differently(first: Verdict, second: Verdict, together: Outcome) -> None:
    report = report_of({("3.4", "symbolic"): first, ("3.4", "numerical"): second})
    assert report.point("3.4").outcome is together


@given(st.lists(st.floats(0, 1), min_size=len(EVERY), max_size=len(EVERY)))
def test_the_denominator_never_moves(shares: list[float]) -> None:
    report = report_of({key: Verdict.partial(share, "m") for key, share in zip(EVERY, shares, strict=True)})
    assert report.max_score == 22.0
    assert 0 <= report.score <= 22.0
    assert abs(report.score - sum(point.score for point in report.points)) < 1e-4
    assert [exercise.max_score for exercise in report.exercises] == [4, 6, 6, 6]
