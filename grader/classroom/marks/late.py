"""Compute lateness: the share of the points that is kept, from the time and the rubric. Pure: no clock, no files.

Days are days of the local calendar: the k-th ends when the clock of the rubric's time zone shows the due time again, k
days on. So a day in which clocks are set back has 25 hours and is one day. Where a time on that clock happens twice, or
not at all, the reading that is better for the student counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from grader.classroom.class_model import Extension
from grader.classroom.intake.dates import moment
from grader.counting import counted
from grader.rubric import Late

_DAY = timedelta(days=1)
POINT = "late"  # a person's decision on lateness is a review of this "point"; an id of the rubric's has a dot
MAX_DAYS = 366  # a person may decide on: a year, beyond which it is a slip of the keyboard
_APART = timedelta(hours=14)  # as far as a clock is from UTC anywhere (IANA's time zone database)


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many days late (0: on time, or within the grace), which share is kept, when it was due, and that in words."""

    days: int
    factor: float
    due: datetime
    message: str


def lateness(late: Late, submitted: datetime | None, extension: Extension | None = None) -> Lateness:
    """What handing in at `submitted` (with its offset; None where nobody knows) costs under `late`.

    An extension that ends before the due date of everybody changes nothing.
    """
    zone = late.zone
    late, extended = _extended(late, extension)
    due = moment(late.due, zone, "later")
    until = f"{'extended to' if extended else 'due'} {due.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    if submitted is None:
        message = "The time of the hand-in is not known, so nothing was deducted for lateness."
        return Lateness(0, 1.0, due, f"{message} The due date was {until}." if extended else message)
    at = submitted.astimezone(UTC)
    when = f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}; {until}"
    if at <= due:
        return Lateness(0, 1.0, due, f"Handed in on time ({when}).")
    if at <= due + timedelta(minutes=late.grace_minutes):
        return Lateness(
            0, 1.0, due, f"Handed in late, within the grace of {counted(late.grace_minutes, 'minute')} ({when})."
        )
    days = _days(late, at)
    begin = f"Handed in late, on day {days} after the {'extended ' if extended else ''}due date ({when}): "
    return _charged(late, days, due, begin)


def decided_lateness(late: Late, days: int, by: str, extension: Extension | None = None) -> Lateness:
    """What `days` late cost (0: on time), as a person decided for a hand-in whose time nobody knows."""
    late, extended = _extended(late, extension)
    due = moment(late.due, late.zone, "later")
    until = f"{'extended to' if extended else 'due'} {due.astimezone(late.zone):%Y-%m-%d %H:%M:%S %Z}"
    if days == 0:
        return Lateness(0, 1.0, due, f"Accepted as handed in on time by {by}; the time is not known ({until}).")
    begin = f"Taken as {counted(days, 'day')} late by {by}; the time is not known ({until}): "
    return _charged(late, days, due, begin)


def hangs_on_the_clock(late: Late, submitted: datetime, extension: Extension | None = None) -> bool:
    """Whether `submitted`, read on the clock of some other time zone, would cost something else."""
    here = submitted.astimezone(late.zone).replace(tzinfo=UTC)
    factor = lateness(late, submitted, extension).factor
    return any(lateness(late, here + apart, extension).factor != factor for apart in (-_APART, _APART))


def _charged(late: Late, days: int, due: datetime, begin: str) -> Lateness:
    """What `days` late cost, with a message that begins with `begin`."""
    match late.policy:
        case "none":
            return Lateness(days, 1.0, due, begin + "this costs nothing here.")
        case "zero":
            return Lateness(days, 0.0, due, begin + "late work earns nothing.")
        case "per-day":
            factor = max(0.0, 1.0 - days * late.penalty_per_day)
            each = f"{100 * late.penalty_per_day:g} % of what was earned for every day begun"
            return Lateness(days, round(factor, 9), due, f"{begin}{each}, so {100 * (1 - factor):g} % are deducted.")


def _extended(late: Late, extension: Extension | None) -> tuple[Late, bool]:
    """The rule with the extended due date, on the local clock, and whether it is a later one."""
    if extension is None:
        return late, False
    if extension.until is None:
        due = late.due + (extension.days or 0) * _DAY
    else:
        aware = extension.until.tzinfo is not None
        due = extension.until.astimezone(late.zone).replace(tzinfo=None) if aware else extension.until
    return (late.model_copy(update={"due": due}), True) if due > late.due else (late, False)


def _days(late: Late, at: datetime) -> int:
    """The number of days begun, at least 1, `at` being after the due date."""
    days = max(1, (at - moment(late.due, late.zone, "later")) // _DAY - 1)
    while at > moment(late.due + days * _DAY, late.zone, "later"):
        days += 1
    return days
