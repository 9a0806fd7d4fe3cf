"""Lateness: when it was handed in and what the rubric says -> the share that is kept. Pure: no clock, no files.

Days are days of the local calendar: the k-th ends when the clock of the rubric's time zone shows the due time again, k
days on. So a day in which clocks are set back has 25 hours and is one day. Where a time on that clock happens twice, or
not at all, the reading that is better for the student counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from grader.classroom.intake.dates import moment
from grader.rubric import Late

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many days late (0: on time, or within the grace), which share is kept, and that in words."""

    days: int
    factor: float
    message: str


def lateness(late: Late, submitted: datetime | None) -> Lateness:
    """What handing in at `submitted` (with its offset; None where nobody knows) costs under `late`."""
    if submitted is None:
        return Lateness(0, 1.0, "The time of the hand-in is not known, so nothing was deducted for lateness.")
    zone = late.zone
    due, at = moment(late.due, zone, "later"), submitted.astimezone(UTC)
    when = f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}; due {due.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    if at <= due:
        return Lateness(0, 1.0, f"Handed in on time ({when}).")
    if at <= due + timedelta(minutes=late.grace_minutes):
        return Lateness(0, 1.0, f"Handed in late, within the grace of {late.grace_minutes:g} minutes ({when}).")
    days = _days(late, at)
    said = f"Handed in late, on day {days} after the due date ({when}): "
    match late.policy:
        case "none":
            return Lateness(days, 1.0, said + "this costs nothing here.")
        case "zero":
            return Lateness(days, 0.0, said + "late work earns nothing.")
        case "per-day":
            factor = max(0.0, 1.0 - days * late.penalty_per_day)
            each = f"{100 * late.penalty_per_day:g} % of what was earned for every day begun"
            return Lateness(days, round(factor, 9), f"{said}{each}, so {100 * (1 - factor):g} % are deducted.")


def _days(late: Late, at: datetime) -> int:
    """The number of days begun, at least 1, `at` being after the due date."""
    days = max(1, (at - moment(late.due, late.zone, "later")) // _DAY - 1)
    while at > moment(late.due + days * _DAY, late.zone, "later"):
        days += 1
    return days
