"""Lateness: to the second, over both changes of the clock, with grace, and never without a known time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.classroom.class_model import Extension, HandIn, IssueKind
from grader.classroom.intake.lms_names import CANVAS_LATE
from grader.classroom.marks.clocks import clock_issues, no_time_issues
from grader.classroom.marks.finalize import finalize, submitted_at
from grader.classroom.marks.late import hangs_on_the_clock, lateness, moment
from grader.model import CheckResult, Outcome, Verdict
from grader.rubric import Late
from grader.schema import ReviewEntry
from grader.score import score
from tests.test_score import ABOUT, EVERY, RUBRIC

BERLIN = ZoneInfo("Europe/Berlin")


def late(due: str, policy: str = "per-day", **more: Any) -> Late:
    return Late.model_validate(
        {"due": datetime.fromisoformat(due), "timezone": "Europe/Berlin", "policy": policy, **more}
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("submitted", "days", "factor"),
    [
        ("2022-01-25T14:00:00+01:00", 0, 1.0),
        ("2022-01-25T13:00:00+00:00", 0, 1.0),
        ("2022-01-25T08:00:00-05:00", 0, 1.0),
        ("2022-01-25T14:00:01+01:00", 1, 0.9),
        ("2022-01-26T14:00:00+01:00", 1, 0.9),
        ("2022-01-26T14:00:01+01:00", 2, 0.8),
        ("2022-03-01T00:00:00+01:00", 35, 0.0),
    ],
)
def test_days_begun(submitted: str, days: int, factor: float) -> None:
    found = lateness(late("2022-01-25T14:00:00"), at(submitted))
    assert (found.days, found.factor) == (days, pytest.approx(factor))


@pytest.mark.parametrize(
    ("due", "submitted", "days"),
    [
        ("2022-03-26T14:00:00", "2022-03-27T14:00:00+02:00", 1),  # a day of 23 hours is one day
        ("2022-03-26T14:00:00", "2022-03-27T14:00:01+02:00", 2),
        ("2022-10-29T14:00:00", "2022-10-30T14:00:00+01:00", 1),  # a day of 25 hours is one day
        ("2022-10-29T14:00:00", "2022-10-30T14:00:01+01:00", 2),
        ("2022-10-30T02:30:00", "2022-10-30T02:30:00+02:00", 0),  # due at a time that there is twice: the later one
        ("2022-10-30T02:30:00", "2022-10-30T02:30:00+01:00", 0),
        ("2022-10-30T02:30:00", "2022-10-30T02:30:01+01:00", 1),
        ("2022-03-27T02:30:00", "2022-03-27T03:30:00+02:00", 0),  # due at a time that there is not: after the gap
        ("2022-03-27T02:30:00", "2022-03-27T03:30:01+02:00", 1),
        ("2022-03-26T02:30:00", "2022-03-27T03:30:00+02:00", 1),  # the first day ends in the gap
        ("2022-10-29T02:30:00", "2022-10-30T02:30:00+01:00", 1),  # the first day ends in the hour that there is twice
    ],
)
def test_over_the_changes_of_the_clock(due: str, submitted: str, days: int) -> None:
    assert lateness(late(due), at(submitted)).days == days


@pytest.mark.parametrize(
    ("submitted", "policy", "hangs"),
    [
        ("2022-01-25T14:30:00+01:00", "zero", True),
        ("2022-01-25T13:30:00+01:00", "zero", True),
        ("2022-01-26T05:00:00+01:00", "zero", False),
        ("2022-01-24T23:00:00+01:00", "zero", False),
        ("2022-01-25T14:30:00+01:00", "none", False),
    ],
)
def test_whose_clock_it_was_is_told_where_it_decides(submitted: str, policy: str, hangs: bool) -> None:
    rule = late("2022-01-25T14:00:00", policy)
    assert hangs_on_the_clock(rule, at(submitted)) is hangs
    hand_in = HandIn("ada", (), (), at(submitted), zoneless=True)
    issues = [*clock_issues([hand_in, replace(hand_in, id="bo", zoneless=False), HandIn("cy", (), ())], rule)]
    assert [(issue.kind, issue.who) for issue in issues] == [(IssueKind.TIME, "times")] * hangs
    for issue in issues:
        assert issue.message == (
            "times without a time zone (1 of them) were read on the clock of Europe/Berlin, the rubric's. That decides "
            "what lateness costs for ada. If the LMS showed another clock, give the times with their offset "
            "(2022-01-25T13:59:00+01:00) as --submitted."
        )


def test_who_has_no_time_among_those_who_have_is_told() -> None:
    """They may be late; nothing is deducted, which nobody would notice."""
    timed = [HandIn(name, (), (), at("2022-01-25T13:30:00+01:00")) for name in ("ada", "bo", "cy")]
    told = HandIn("dee", (), (), notes=(CANVAS_LATE,))
    without = HandIn("eve", (), ())
    rule = late("2022-01-25T14:00:00")
    (issue,) = no_time_issues([*timed, told, without], rule)
    assert (issue.kind, issue.message) == (
        IssueKind.TIME,
        "the time of submission is not known for eve. Nothing was deducted; give the times with --submitted.",
    )
    for some in ([*timed, told], [timed[0], without], [without]):
        assert [*no_time_issues(some, rule)] == [], "nobody, or a list of the late alone"
    assert [*no_time_issues([*timed, without], late("2022-01-25T14:00:00", "none"))] == []


def test_a_local_time_is_read_in_favour_of_the_student() -> None:
    twice, never = datetime(2022, 10, 30, 2, 30), datetime(2022, 3, 27, 2, 30)
    assert moment(twice, BERLIN, "earlier") == datetime(2022, 10, 30, 0, 30, tzinfo=UTC)
    assert moment(twice, BERLIN, "later") == datetime(2022, 10, 30, 1, 30, tzinfo=UTC)
    assert moment(never, BERLIN, "earlier") == datetime(2022, 3, 27, 0, 30, tzinfo=UTC)
    assert moment(never, BERLIN, "later") == datetime(2022, 3, 27, 1, 30, tzinfo=UTC)


def test_the_policies_and_what_they_say() -> None:
    a_minute, unknown = at("2022-01-25T14:01:00+01:00"), None
    due = "2022-01-25T14:00:00"
    zero = lateness(late(due, "zero"), a_minute)
    assert (zero.factor, zero.message) == (
        0.0,
        "Handed in late, on day 1 after the due date (2022-01-25 14:01:00 CET; due 2022-01-25 14:00:00 CET): "
        "late work earns nothing.",
    )
    per_day = lateness(late(due, penalty_per_day=0.25), a_minute)
    assert per_day.message.endswith("25 % of what was earned for every day begun, so 25 % are deducted.")
    assert lateness(late(due, "none"), a_minute).factor == 1.0
    grace = lateness(late(due, "zero", grace_minutes=1), a_minute)
    assert (grace.factor, grace.days) == (1.0, 0)
    assert "within the grace of 1 minute (" in grace.message
    assert lateness(late(due, "zero", grace_minutes=0.5), a_minute).factor == 0.0
    nobody = lateness(late(due, "zero"), unknown)
    assert (nobody.factor, nobody.message) == (
        1.0,
        "The time of the hand-in is not known, so nothing was deducted for lateness.",
    )


@pytest.mark.parametrize(
    ("extension", "submitted", "days", "said"),
    [
        (Extension(days=2), "2022-01-27T14:00:00+01:00", 0, "extended to 2022-01-27 14:00:00 CET"),
        (Extension(days=2), "2022-01-27T14:00:01+01:00", 1, "on day 1 after the extended due date"),
        (
            Extension(until=datetime(2022, 1, 26, 9)),
            "2022-01-26T09:00:00+01:00",
            0,
            "extended to 2022-01-26 09:00:00 CET",
        ),
        (
            Extension(until=at("2022-01-26T08:00:00+00:00")),
            "2022-01-26T09:00:01+01:00",
            1,
            "extended to 2022-01-26 09:00",
        ),
        (Extension(until=datetime(2022, 1, 24)), "2022-01-25T14:00:00+01:00", 0, "due 2022-01-25 14:00:00 CET"),
        (Extension(days=61), "2022-03-27T14:00:00+02:00", 0, "extended to 2022-03-27 14:00:00 CEST"),
        (
            Extension(days=2),
            None,
            0,
            "nothing was deducted for lateness. The due date was extended to 2022-01-27 14:00",
        ),
    ],
)
def test_an_extension_moves_the_due_date_of_one(
    extension: Extension, submitted: str | None, days: int, said: str
) -> None:
    found = lateness(late("2022-01-25T14:00:00"), at(submitted) if submitted else None, extension)
    assert (found.days, said in found.message) == (days, True), found.message


@given(st.integers(-400 * 86400, 400 * 86400), st.integers(0, 86400))
def test_handing_in_later_never_earns_more(seconds: int, more: int) -> None:
    rule = late("2022-03-20T02:30:00", penalty_per_day=0.01)
    first = datetime(2022, 3, 20, tzinfo=UTC) + timedelta(seconds=seconds)
    assert lateness(rule, first).factor >= lateness(rule, first + timedelta(seconds=more)).factor


def test_a_due_date_with_an_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="write the due date as the clock shows it"):
        late("2022-01-25T14:00:00+01:00")


def test_lateness_is_taken_off_the_whole_and_the_points_stay() -> None:
    results = [CheckResult(point, part, Verdict.passed()) for point, part in EVERY if point != "4.9"]
    results.append(CheckResult("4.9", None, Verdict.review("read me")))
    judged = score(RUBRIC, results, [point for point, _ in EVERY], **ABOUT)
    rule = late("2022-01-25T14:00:00", penalty_per_day=0.1)
    report = finalize(judged, rule, at("2022-01-26T15:00:00+01:00"), ())
    assert (report.score, report.score_before_late, report.pending) == (16.8, 21.0, 0.8)
    assert report.points == judged.points
    assert report.late is not None
    assert (report.late.days, report.late.factor, report.late.deducted) == (2, 0.8, 4.2)
    assert submitted_at(report) == at("2022-01-26T15:00:00+01:00")


def decision(days: float | None) -> ReviewEntry:
    return ReviewEntry(point="late", score=days, max_score=366, comment="", by="Emmy", when="now", sha256="0" * 64)


@pytest.mark.parametrize(
    ("days", "kept", "said"),
    [
        (0, 1.0, "Accepted as handed in on time by Emmy; the time is not known (due 2022-01-25 14:00:00 CET)."),
        (1, 0.9, "Taken as 1 day late by Emmy; the time is not known (due 2022-01-25 14:00:00 CET): 10 % of what was "),
        (
            3,
            0.7,
            "Taken as 3 days late by Emmy; the time is not known (due 2022-01-25 14:00:00 CET): 10 % of what was ",
        ),
        (366, 0.0, "Taken as 366 days late by Emmy"),
        (None, 1.0, "The time of the hand-in is not known, so nothing was deducted for lateness."),
    ],
)
def test_a_person_decides_on_lateness_where_nobody_knows_the_time(days: float | None, kept: float, said: str) -> None:
    results = [CheckResult(point, part, Verdict.passed()) for point, part in EVERY]
    judged = score(RUBRIC, results, [point for point, _ in EVERY], **ABOUT)
    rule, reviews = late("2022-01-25T14:00:00"), [decision(4), decision(days)]
    report = finalize(judged, rule, None, reviews)
    assert report.late is not None
    assert (report.score, report.late.factor, report.late.submitted) == (round(22 * kept, 6), kept, None)
    assert report.late.message.startswith(said)
    assert report.points == judged.points
    known = finalize(judged, rule, at("2022-01-26T15:00:00+01:00"), reviews)
    assert (known.late and known.late.days, len(known.reviews)) == (2, 2), "a time that is known decides"


def test_a_mark_counts_for_its_own_hand_in_alone() -> None:
    results = [CheckResult(point, part, Verdict.passed()) for point, part in EVERY if point != "4.9"]
    results.append(CheckResult("4.9", None, Verdict.review("read me")))
    judged = score(RUBRIC, results, [point for point, _ in EVERY], **ABOUT)
    mark = ReviewEntry(point="4.9", score=0.5, max_score=1, comment="fine", by="a", when="now", sha256="0" * 64)
    report = finalize(judged, None, None, [mark])
    point = report.points[-1]
    assert (report.score, report.pending, point.outcome) == (21.5, 0.0, Outcome.PARTIAL)
    assert point.message == "fine (marked by a)"
    other = finalize(judged, None, None, [mark.model_copy(update={"sha256": "1" * 64})])
    assert (other.score, other.pending, len(other.reviews)) == (21.0, 1.0, 1)
